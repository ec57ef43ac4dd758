// The traces that a device has seen, as a trie of skeletons: what each recorded operation is and
// how it is wired, without sizes, numbers or data. Shared by all threads. A node's skeleton never
// changes once published; nodes go only when the trie is trimmed, under every tape's lock.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "lazuli/base/small_vector.h"
#include "lazuli/core/shape.h"
#include "lazuli/op/op.h"

namespace lazuli::trace {

// Where an operand comes from, as far as the trace's shape is concerned.
struct Wire {
  enum class Kind : uint8_t {
    slot,       // result `index` of this tape
    parameter,  // data from outside, numbered at first use
    number,     // a launch argument of `dtype`
    constant    // the value in `bits`, part of the trace
  };
  Kind kind = Kind::slot;
  DType dtype = DType::f32;  // number, constant; f32 otherwise
  uint16_t zero = 0;         // every bit of a wire means something: two are compared as words
  uint32_t index = 0;        // slot, parameter
  uint64_t bits = 0;         // constant
  friend bool operator==(const Wire& a, const Wire& b) {
    using Words = std::array<uint64_t, 2>;
    return std::bit_cast<Words>(a) == std::bit_cast<Words>(b);
  }
};

// The result type for operand types and sizes seen at a node.
struct Memo {
  SmallVector<uint64_t, 4> ids;  // of the tensor operands' types
  SmallVector<int64_t, 4> sizes;
  uint64_t result_id = 0;
  int64_t result_bytes = 0;
  TensorType result;
  std::atomic<Memo*> next{nullptr};
};

// What the executor keeps with a node (its plans).
class Payload {
 public:
  virtual ~Payload() = default;
  virtual int64_t bytes() const = 0;
};

struct Node {
  Node* parent = nullptr;
  uint32_t depth = 0;  // entries from the root to here
  op::OpKind kind{};
  uint32_t operand_count = 0;
  uint8_t attribute_count = 0;
  uint8_t size_count = 0;
  uint8_t offset_count = 0;
  const Wire* wires = nullptr;
  const int64_t* attributes = nullptr;
  std::atomic<Node*> last_taken{nullptr};  // the child that was taken last, by any tape
  std::atomic<Memo*> memos{nullptr};       // newest first; grows under the trie's mutex
  uint32_t memo_count = 0;
  std::atomic<uint64_t> stamp{0};    // when an evaluation last passed
  std::unique_ptr<Payload> payload;  // the executor's, under its own lock
  uint64_t hash = 0;
  Node* next_in_bucket = nullptr;

  std::span<const Wire> wiring() const { return {wires, operand_count}; }
};

// The skeleton that a tape looks for below its cursor.
struct Skeleton {
  op::OpKind kind{};
  std::span<const Wire> wires;
  std::span<const int64_t> attributes;
  uint8_t size_count = 0;
  uint8_t offset_count = 0;
};

class Trie {
 public:
  Trie();
  ~Trie();

  Node* root() { return root_; }
  // The child with this skeleton, made where it does not exist.
  Node* child(Node* parent, const Skeleton& skeleton);
  // Adds a result type to a node that lacks it; the oldest of many makes way.
  void remember(Node* node, std::unique_ptr<Memo> memo);

  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // Drops what evaluations have passed least recently until about half of `budget` is left. The
  // caller holds every tape's lock; `pinned` nodes and their ancestors stay.
  void trim(int64_t budget, std::span<Node* const> pinned);
  // The next moment, for stamps.
  uint64_t tick() { return clock_.fetch_add(1, std::memory_order_relaxed) + 1; }

 private:
  void grow_buckets();
  Node* find(uint64_t hash, const Node* parent, const Skeleton& skeleton) const;
  void free_node(Node* node);

  std::mutex mutex_;
  Node* root_;
  std::vector<Node*> buckets_;
  std::vector<std::unique_ptr<Memo>> retired_;  // may still be read; freed when trimming
  int64_t retired_bytes_ = 0;
  size_t node_count_ = 0;
  std::atomic<int64_t> bytes_{0};
  std::atomic<uint64_t> clock_{0};
};

bool matches(const Node& node, const Skeleton& skeleton);

}  // namespace lazuli::trace
