#include "lazuli/trace/value.h"

#include <new>

#include "lazuli/base/pool.h"
#include "lazuli/trace/types.h"

namespace lazuli::trace {

void* Value::Placement::operator new(size_t) { return Pool<Placement>::take(); }
void Value::Placement::operator delete(void* placement) noexcept {
  Pool<Placement>::give(placement);
}

Ref<Value> Value::of_buffer(const TensorType& type, const Layout& layout,
                            Ref<runtime::Buffer> buffer) {
  Ref<Value> value = pending(type, type_id_of(type), nullptr, 0);
  value->set_buffer(std::move(buffer), layout);
  return value;
}

Ref<Value> Value::pending(const TensorType& type, uint64_t type_id, Tape* tape, uint32_t slot) {
  Value* value = new (Pool<Value>::take()) Value(type);
  value->type_id_ = type_id;
  value->tape_.store(tape, std::memory_order_relaxed);
  value->slot_ = slot;
  return Ref<Value>::adopt(value);
}

void Value::destroy(Value* value) noexcept {
  value->~Value();
  Pool<Value>::give(value);
}

Layout Value::layout() const { return placement_ ? placement_->layout : contiguous(type_.shape); }

void Value::move_to_slot(Tape* tape, uint32_t slot) {
  slot_ = slot;
  tape_.store(tape, std::memory_order_release);
}

void Value::set_buffer(Ref<runtime::Buffer> buffer) {
  buffer_ = std::move(buffer);
  tape_.store(nullptr, std::memory_order_release);
}

void Value::set_buffer(Ref<runtime::Buffer> buffer, const Layout& layout) {
  const bool is_plain = layout.offset == 0 && lazuli::is_contiguous(layout);
  placement_.reset(is_plain ? nullptr : new Placement{layout});
  set_buffer(std::move(buffer));
}

}  // namespace lazuli::trace
