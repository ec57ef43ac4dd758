#include "lazuli/autograd/state.h"

namespace lazuli::autograd {
namespace {

Ref<Leaf>& ensure_leaf(State& state) {
  if (!state.leaf) state.leaf = make_ref<Leaf>();
  return state.leaf;
}

}  // namespace

State& ensure_state(tensor::Variable& variable) {
  if (!variable.gradient) variable.gradient = std::make_unique<State>();
  return *state_of(variable);
}

Edge edge_of(const tensor::Variable& variable) {
  State* state = state_of(variable);
  if (!state) return {};
  if (state->history) return state->history;
  if (!state->requires_grad) return {};
  return {ensure_leaf(*state), 0};
}

Ref<Node> watch_of(tensor::Variable& variable) {
  State& state = ensure_state(variable.base());
  if (state.history) return state.history.node;
  return ensure_leaf(state);
}

Saved save(tensor::Variable& variable) {
  const State* base = state_of(variable.base());
  if (base && base->is_unpacked) {
    return {variable.value(), edge_of(variable), base->watch, base->watched_version};
  }
  return {variable.value(), edge_of(variable), watch_of(variable), variable.version()};
}

void note_write(tensor::Variable& base, uint32_t version, SourceLocation at) {
  State* state = state_of(base);
  if (!state) return;
  if (state->history) state->history.node->note_write(version, at);
  if (state->leaf) state->leaf->note_write(version, at);
}

Ref<tensor::Variable> copy_of(const tensor::Variable& variable, bool keeps_history) {
  Ref<tensor::Variable> copy = tensor::Variable::make(variable.value());
  const State* state = state_of(variable);
  if (keeps_history && state && state->needs_gradient()) {
    State& own = ensure_state(*copy);
    own.history = edge_of(variable);
  }
  return copy;
}

}  // namespace lazuli::autograd
