// What automatic differentiation keeps with a variable: whether it wants a gradient, where its
// gradient goes, and the gradient that reached it.
#pragma once

#include <mutex>

#include "lazuli/autograd/node.h"
#include "lazuli/base/pool.h"
#include "lazuli/tensor/variable.h"

namespace lazuli::autograd {

// Where gradients of a variable without history end. It outlives the variable while a graph needs
// it, and never holds the variable itself. Also serves variables that want no gradient, as a watch.
class Leaf final : public Node {
 public:
  Leaf() { take_place({}); }
  std::string_view name() const override { return "leaf"; }
  std::span<const Edge> edges() const override { return {}; }
  void apply(std::span<const Gradient>, std::span<Gradient>) override {}
  Leaf* as_leaf() override { return this; }

  Gradient gradient() const {
    std::lock_guard lock(mutex_);
    return gradient_;
  }
  void set_gradient(Gradient gradient) {
    std::lock_guard lock(mutex_);
    std::swap(gradient_, gradient);
  }
  // Replaces the gradient by what `update` makes of it; one thread at a time.
  template <typename Update>
  void update(const Update& update) {
    std::lock_guard lock(mutex_);
    gradient_ = update(gradient_);
  }

 private:
  mutable std::mutex mutex_;
  Gradient gradient_;
};

class State final : public tensor::GradientState {
 public:
  bool requires_grad = false;  // wanted by the program; with `history` it is implied
  bool is_detached = false;    // a view whose history is cut from its parent's
  Edge history;                // the node that made the current value; empty for a leaf
  Ref<Leaf> leaf;              // made when first needed
  // A variable that Saved::unpack made: writes are heard of where they were before.
  bool is_unpacked = false;
  Ref<Node> watch;
  uint32_t watched_version = 0;

  bool needs_gradient() const { return requires_grad || history; }

  static void* operator new(size_t) { return Pool<State>::take(); }
  static void operator delete(void* memory) { Pool<State>::give(memory); }
};

// Null where there is none.
inline State* state_of(const tensor::Variable& variable) {
  return static_cast<State*>(variable.gradient.get());
}
// Made where there is none.
State& ensure_state(tensor::Variable& variable);

// A gradient of this variable's current value is wanted. The view must not be stale.
inline bool needs_gradient(const tensor::Variable& variable) {
  const State* state = state_of(variable);
  return state && state->needs_gradient();
}
inline bool is_leaf(const tensor::Variable& variable) {
  const State* state = state_of(variable);
  return !state || !state->history;
}

// Where a gradient of its current value goes; empty where none is wanted.
Edge edge_of(const tensor::Variable& variable);
// Hears of in-place writes to the variable's memory from now on, through any of its views.
Ref<Node> watch_of(tensor::Variable& variable);
// Keeps the current value, history and version. The view must not be stale.
Saved save(tensor::Variable& variable);
// Tells the watch that the memory of `base` (no view) has got `version`.
void note_write(tensor::Variable& base, uint32_t version, SourceLocation at);

// A fresh variable with the current value of another, sharing nothing else; its history, too, with
// `keeps_history`.
Ref<tensor::Variable> copy_of(const tensor::Variable& variable, bool keeps_history);

}  // namespace lazuli::autograd
