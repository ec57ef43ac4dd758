#include "lazuli/autograd/node.h"

#include <algorithm>

#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/base/check.h"

namespace lazuli::autograd {

namespace detail {
constinit thread_local bool is_recording = true;
}

namespace {

// Sequence numbers are Lamport clocks: above all that was seen, made unique by the thread's number
// in the low bits. So threads share no counter.
constexpr int kThreadBits = 16;
constinit thread_local uint64_t clock = 0;
constinit thread_local uint32_t thread_number = 0;  // 0: none yet

[[gnu::noinline]] uint32_t take_thread_number() {
  static std::atomic<uint32_t> next{0};
  const uint32_t count = next.fetch_add(1, std::memory_order_relaxed);
  return thread_number = 1 + count % ((1u << kThreadBits) - 1);
}

constinit thread_local Node* doomed = nullptr;
constinit thread_local bool is_destroying = false;

}  // namespace

void Node::take_place(std::span<const Edge> edges) {
  uint64_t latest = clock;
  for (const Edge& edge : edges) {
    if (edge.node) latest = std::max(latest, edge.node->sequence_ >> kThreadBits);
  }
  clock = latest + 1;
  const uint32_t thread = thread_number ? thread_number : take_thread_number();
  sequence_ = clock << kThreadBits | thread;
}

void Node::destroy(Node* node) noexcept {
  // Nodes whose last reference goes while another is destroyed wait in a list.
  node->next_doomed_ = doomed;
  doomed = node;
  if (is_destroying) return;
  is_destroying = true;
  while (doomed) {
    Node* current = doomed;
    doomed = current->next_doomed_;
    delete current;
  }
  is_destroying = false;
}

Ref<tensor::Variable> Saved::unpack(const Node& needed_by) const {
  if (watch && watch->written_version() > version) [[unlikely]] {
    throw_modified(value->type(), *watch, version, needed_by);
  }
  return unpacked(value, history, watch, version);
}

Ref<tensor::Variable> unpacked(const Ref<trace::Value>& value, const Edge& history,
                               const Ref<Node>& watch, uint32_t version) {
  Ref<tensor::Variable> variable = tensor::Variable::make(value);
  if (!is_recording()) return variable;
  State& state = ensure_state(*variable);
  state.is_unpacked = true;
  state.watch = watch;
  state.watched_version = version;
  state.history = history;
  return variable;
}

void throw_modified(const TensorType& type, const Node& watch, uint32_t expected,
                    const Node& needed_by) {
  throw ValueError(format(
      "one of the variables needed for gradient computation has been modified by an inplace "
      "operation: {}, which is output of {}, is at version {}; expected version {} instead. {} "
      "needs it (at {}); it was written (at {})",
      to_string(type), watch.name(), watch.written_version(), expected, needed_by.name(),
      to_string(needed_by.at()), to_string(watch.written_at())));
}

void throw_released(const Node& node) {
  throw ValueError(format(
      "Trying to backward through the graph a second time, but what {} saved (at {}) has been "
      "freed. Specify retain_graph=true in the first backward if you need a second",
      node.name(), to_string(node.at())));
}

}  // namespace lazuli::autograd
