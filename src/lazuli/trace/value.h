// One immutable tensor value: pending as a slot of a tape, later a buffer with a layout. What a
// variable holds. Knows nothing of variables, plans or who computes it.
#pragma once

#include <atomic>
#include <cstdint>

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
  bool is_plain() const { return plain_; }
  Layout layout() const;

  // The tape's and the executor's affair, under the tape's lock.
  void move_to_slot(Tape* tape, uint32_t slot);
  void set_buffer(Ref<runtime::Buffer> buffer);                        // contiguous
  void set_buffer(Ref<runtime::Buffer> buffer, const Layout& layout);  // a view of it

  // Where a tape last numbered this value as a parameter; a hint that the tape checks.
  std::atomic<uint64_t> parameter_mark{0};

 private:
  friend class RefCounted<Value>;
  explicit Value(const TensorType& type) : type_(type) {}
  ~Value() = default;

  const TensorType type_;
  uint64_t type_id_ = 0;
  std::atomic<Tape*> tape_{nullptr};
  uint32_t slot_ = 0;
  bool plain_ = true;
  int64_t offset_ = 0;  // this and strides_ count only when not plain_
  Dims strides_;
  Ref<runtime::Buffer> buffer_;
};

}  // namespace lazuli::trace
