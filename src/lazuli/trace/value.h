// One immutable tensor value: pending as a slot of a tape, later a buffer with a layout. What a
// variable holds. Knows nothing of variables, plans or who computes it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "lazuli/base/ref.h"
#include "lazuli/core/layout.h"
#include "lazuli/core/shape.h"
#include "lazuli/runtime/buffer.h"

namespace lazuli::trace {

class Tape;

class Value final : public RefCounted<Value> {
 public:
  // An evaluated value over memory.
  static Ref<Value> of_buffer(const TensorType& type, const Layout& layout,
                              Ref<runtime::Buffer> buffer);
  // A slot of a tape; the tape's affair.
  static Ref<Value> pending(const TensorType& type, uint64_t type_id, Tape* tape, uint32_t slot);
  static void destroy(Value* value) noexcept;

  const TensorType& type() const { return type_; }
  // Equal ids mean equal types; different ids mean nothing.
  uint64_t type_id() const { return type_id_; }

  // The tape that holds it, or null once it has been evaluated. Another thread may evaluate it at
  // any moment: the answer is certain only under that tape's lock.
  Tape* tape() const { return tape_.load(std::memory_order_acquire); }
  uint32_t slot() const { return slot_; }

  // For values without a tape.
  const Ref<runtime::Buffer>& buffer() const { return buffer_; }
  // Its elements lie in row-major order from the buffer's first byte on.
  bool is_plain() const { return !placement_; }
  Layout layout() const;

  // The tape's and the executor's affair, under the tape's lock.
  void move_to_slot(Tape* tape, uint32_t slot);
  void set_buffer(Ref<runtime::Buffer> buffer);                        // contiguous
  void set_buffer(Ref<runtime::Buffer> buffer, const Layout& layout);  // a view of it

  // Where a tape last numbered this value as a parameter; a hint that the tape checks.
  std::atomic<uint64_t>& parameter_mark() { return parameter_mark_; }

 private:
  friend class RefCounted<Value>;
  struct Placement {  // pooled
    Layout layout;
    static void* operator new(size_t bytes);
    static void operator delete(void* placement) noexcept;
  };
  explicit Value(const TensorType& type) : type_(type) {}
  ~Value() = default;

  uint32_t slot_ = 0;
  const TensorType type_;
  uint64_t type_id_ = 0;
  std::atomic<Tape*> tape_{nullptr};
  std::unique_ptr<Placement> placement_;  // null where plain
  Ref<runtime::Buffer> buffer_;
  std::atomic<uint64_t> parameter_mark_{0};
};
// Recording makes one for every operation: two cache lines.
static_assert(sizeof(Value) <= 128);

}  // namespace lazuli::trace
