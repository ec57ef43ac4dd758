// A tape: the operations that were recorded since the last evaluation, in program order. Recording
// walks the trie; where the program repeats itself that is a compare and a pointer move. The tape
// knows nothing of how it is evaluated: it says when a cut is due and hands over what it holds.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "lazuli/base/small_vector.h"
#include "lazuli/base/source_location.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/trace/trie.h"
#include "lazuli/trace/value.h"

namespace lazuli::trace {

// One operand of a recorded call.
struct CallOperand {
  enum class Kind : uint8_t { value, number, constant };
  Kind kind = Kind::value;
  DType dtype = DType::f32;  // of a number or constant
  Value* value = nullptr;    // kind value
  uint64_t bits = 0;         // number or constant, as kernels take those of `dtype`
};

struct Call {
  op::OpKind kind;
  std::span<const CallOperand> operands;
  std::span<const int64_t> attributes, sizes, offsets;
  SourceLocation at;
};

// Whatever holds a value that in-place writes replace (a variable), as far as a failed run needs
// it: to put back what was there.
class Holder {
 public:
  virtual void retain_holder() const noexcept = 0;
  virtual void release_holder() const noexcept = 0;
  virtual uint32_t holder_references() const noexcept = 0;
  virtual const Value& held() const = 0;
  virtual void restore(Ref<Value> before) = 0;

  // Where a tape noted what it held; a hint that the tape checks.
  mutable std::atomic<uint32_t> note{0};

 protected:
  ~Holder() = default;
};

// A value from outside that in-place writes of this tape replaced.
class Replaced {
 public:
  Replaced(const Holder& holder, Ref<Value> before, uint32_t slot)
      : before(std::move(before)), holder_(const_cast<Holder*>(&holder)) {
    slots.push_back(slot);
    holder_->retain_holder();
  }
  Replaced(Replaced&& other) noexcept
      : before(std::move(other.before)), slots(std::move(other.slots)), holder_(other.holder_) {
    other.holder_ = nullptr;
  }
  Replaced& operator=(Replaced&& other) noexcept {
    std::swap(before, other.before);
    std::swap(slots, other.slots);
    std::swap(holder_, other.holder_);
    return *this;
  }
  ~Replaced() {
    if (holder_) holder_->release_holder();
  }
  Holder& holder() const { return *holder_; }

  // How many of the slots lie among the first `count` entries.
  size_t slots_before(size_t count) const;

  Ref<Value> before;
  SmallVector<uint32_t, 3> slots;  // of the values that took its place, one after another

 private:
  Holder* holder_;
};

struct Entry {
  Node* node = nullptr;
  Ref<Value> value;
  SourceLocation at;
  uint32_t first_word = 0;  // into the tape's words: its numbers, then its offsets
  uint32_t first_size = 0;  // into the tape's sizes
};

enum class Recorded : uint8_t {
  done,
  cut_due,    // done, and the tape wants to be evaluated up to a cut
  other_tape  // nothing done: an operand is pending on another tape
};

class Tape {
 public:
  explicit Tape(Trie& trie);

  // Everything below needs the lock, but for what says otherwise.
  SpinLock& lock() { return lock_; }

  // Appends a call; `result` becomes its value. Throws what op::infer throws, nothing changed.
  Recorded record(const Call& call, Ref<Value>& result);

  bool empty() const { return entries_.empty(); }
  std::vector<Entry>& entries() { return entries_; }
  const std::vector<Entry>& entries() const { return entries_; }
  // Values that came from outside, in the order of first use.
  const std::vector<Ref<Value>>& parameters() const { return parameters_; }
  Node* cursor() const { return cursor_; }
  const std::vector<uint64_t>& words() const { return words_; }
  const std::vector<int64_t>& sizes() const { return sizes_; }

  // Where a due cut best falls: how many entries to evaluate. See period.h.
  size_t choose_cut() const;
  // Forgets the first `count` entries, which have been evaluated (their values hold buffers now),
  // and records the rest anew from the root: values, numbers, random positions and lines stay.
  void drop_prefix(size_t count);

  // Bookkeeping of the rule of which thread records where.
  const void* last_thread = nullptr;
  uint32_t thread_changes = 0;
  // Notes that `holder` held `before` until an in-place write made it the value of `slot`. Later
  // writes to it only add their slots; of what was born on this tape nothing is noted.
  void note_replaced(const Holder& holder, Ref<Value> before, uint32_t slot);
  // What in-place writes replaced, in the order of the first write to each holder.
  std::vector<Replaced> replaced;

 private:
  static constexpr size_t kMaxEntries = 4096;
  static constexpr int64_t kMaxBytes = int64_t{4} << 30;

  // `existing` becomes the entry's value where it is not null.
  Recorded append(const Call& call, Value* existing, Ref<Value>& result);
  uint32_t parameter_index(Value& value);
  const Memo& infer(Node& node, const Call& call);
  void begin();

  SpinLock lock_;
  Trie& trie_;
  Node* cursor_;
  const uint64_t number_;  // of this tape
  uint32_t stretch_ = 0;   // of recording, from an empty tape to the next
  uint64_t serial_ = 0;    // both in one; marks parameters
  std::vector<Entry> entries_;
  std::vector<Ref<Value>> parameters_;
  std::vector<uint64_t> words_;
  std::vector<int64_t> sizes_;
  int64_t result_bytes_ = 0;
};

}  // namespace lazuli::trace
