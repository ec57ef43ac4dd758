// The gradient graph: abstract nodes and the edges between them. A node stands for one recorded
// operation and turns the gradient of its result into gradients of its operands; an edge leads to
// the node that made an operand. Knows no operator, and nothing of who walks the graph.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include "lazuli/base/ref.h"
#include "lazuli/base/source_location.h"
#include "lazuli/tensor/variable.h"

namespace lazuli::autograd {

class Leaf;
class Node;

// A gradient on its way. Null stands for zeros.
using Gradient = Ref<tensor::Variable>;

// Where a gradient goes: to input `input` of `node`, or nowhere.
struct Edge {
  Ref<Node> node;
  uint32_t input = 0;
  explicit operator bool() const { return static_cast<bool>(node); }
};

class Node : public RefCounted<Node> {
 public:
  virtual ~Node() = default;
  // A chain of any length is destroyed without recursion.
  static void destroy(Node* node) noexcept;

  // The operator, for messages: "exp".
  virtual std::string_view name() const = 0;
  // The line of the recorded call.
  virtual SourceLocation at() const { return {}; }
  // Results of the forward operation, which are the inputs of apply.
  virtual uint32_t input_count() const { return 1; }
  // One for each operand.
  virtual std::span<const Edge> edges() const = 0;
  // results[i] becomes the gradient along edges()[i]; it stays null where that edge leads nowhere
  // or the gradient is zero. Throws ValueError where something saved was written since, or freed.
  virtual void apply(std::span<const Gradient> inputs, std::span<Gradient> results) = 0;
  // Frees what was saved; a later apply that needs it throws.
  virtual void free_saved() {}
  // Itself, where gradients end and accumulate.
  virtual Leaf* as_leaf() { return nullptr; }

  // Greater than that of every node that its edges lead to; no two nodes have the same. Along one
  // thread it grows with time, so equal programs give equal orders.
  uint64_t sequence() const { return sequence_; }

  // The memory of the variable that this node made was written in place. Whoever saved its value
  // compares versions.
  void note_write(uint32_t version, SourceLocation at) noexcept {
    written_at_ = at;
    written_version_.store(version, std::memory_order_release);
  }
  uint32_t written_version() const { return written_version_.load(std::memory_order_acquire); }
  SourceLocation written_at() const { return written_at_; }

 protected:
  // Takes the node's place in the order; to be called once its edges are there.
  void take_place(std::span<const Edge> edges);

 private:
  uint64_t sequence_ = 0;
  Node* next_doomed_ = nullptr;
  std::atomic<uint32_t> written_version_{0};
  SourceLocation written_at_;
};

// A value kept for a gradient, with its history and the means to see that it was written since. It
// does not hold the variable, so that in-place writes close no cycle.
struct Saved {
  Ref<trace::Value> value;
  Edge history;     // where a gradient of the value goes; empty where it has none
  Ref<Node> watch;  // hears of writes to the memory; null: nobody can write it
  uint32_t version = 0;

  // A fresh variable with this value and history. Throws ValueError, naming `needed_by`, where the
  // memory was written.
  Ref<tensor::Variable> unpack(const Node& needed_by) const;
};

// A fresh variable with this value and, while gradients are recorded, this history; what saves it
// hears of writes through `watch`.
Ref<tensor::Variable> unpacked(const Ref<trace::Value>& value, const Edge& history,
                               const Ref<Node>& watch, uint32_t version);

// Throws PyTorch's "one of the variables needed for gradient computation has been modified by an
// inplace operation", with both lines.
[[noreturn]] void throw_modified(const TensorType& type, const Node& watch, uint32_t expected,
                                 const Node& needed_by);
// Throws PyTorch's "Trying to backward through the graph a second time".
[[noreturn]] void throw_released(const Node& node);

}  // namespace lazuli::autograd
