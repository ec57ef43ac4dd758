#include "lazuli/autograd/engine.h"

#include <algorithm>
#include <vector>

#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/base/small_vector.h"

namespace lazuli::autograd {
namespace {

// A gradient that waits for its node's turn.
struct Waiting {
  Edge edge;
  Gradient gradient;
  bool is_before(uint64_t sequence, uint32_t input) const {
    const uint64_t own = edge.node->sequence();
    return own != sequence ? own < sequence : edge.input < input;
  }
};

class Walk {
 public:
  Walk(const Options& options, const Add& add) : options_(options), add_(add) {}

  // Adds a gradient to what waits at an edge.
  void arrive(const Edge& edge, const Gradient& gradient) {
    const uint64_t sequence = edge.node->sequence();
    auto place = front_.end();
    // Most gradients go to a node that is among the latest of the front.
    if (!front_.empty() && !front_.back().is_before(sequence, edge.input)) {
      place = std::partition_point(front_.begin(), front_.end(), [&](const Waiting& waiting) {
        return waiting.is_before(sequence, edge.input);
      });
    }
    if (place != front_.end() && place->edge.node == edge.node && place->edge.input == edge.input) {
      place->gradient = add_(place->gradient, gradient, false);
    } else {
      front_.insert(place, Waiting{edge, gradient});
    }
  }

  // Runs nodes until none waits whose sequence number is at least `last`. `stop` takes what arrived
  // at an edge and says whether the node shall run.
  template <typename Stop>
  void run(uint64_t last, const Stop& stop) {
    ModeGuard mode(options_.create_graph);
    std::vector<Gradient> inputs;
    std::vector<Gradient> results;
    while (!front_.empty()) {
      const Ref<Node> node = front_.back().edge.node;
      if (node->sequence() < last) return;
      inputs.assign(node->input_count(), nullptr);
      bool runs = true;
      while (!front_.empty() && front_.back().edge.node == node) {
        Waiting& waiting = front_.back();
        runs &= !stop(waiting.edge, waiting.gradient);
        inputs[waiting.edge.input] = std::move(waiting.gradient);
        front_.pop_back();
      }
      if (!runs) continue;
      const std::span<const Edge> edges = node->edges();
      results.assign(edges.size(), nullptr);
      node->apply(inputs, results);
      if (!options_.retain_graph) node->free_saved();
      for (size_t i = 0; i < edges.size(); ++i) {
        if (edges[i] && results[i]) arrive(edges[i], results[i]);
      }
    }
  }

 private:
  const Options& options_;
  const Add& add_;
  std::vector<Waiting> front_;  // by sequence number and input, growing
};

}  // namespace

void backward(std::span<const Root> roots, const Options& options, const Add& add) {
  Walk walk(options, add);
  for (const Root& root : roots) walk.arrive(root.edge, root.gradient);
  walk.run(0, [&](const Edge& edge, const Gradient& gradient) {
    Leaf* leaf = edge.node->as_leaf();
    if (!leaf) return false;
    leaf->update([&](const Gradient& before) {
      if (!before) return copy_of(*gradient, options.create_graph);
      return add(before, gradient, !options.create_graph);
    });
    return true;
  });
}

void gradients(std::span<const Root> roots, std::span<const Edge> targets,
               std::span<Gradient> results, const Options& options, const Add& add) {
  Walk walk(options, add);
  for (const Root& root : roots) walk.arrive(root.edge, root.gradient);
  uint64_t last = ~uint64_t{0};  // what lies before all targets cannot reach them
  for (const Edge& target : targets) {
    if (target) last = std::min(last, target.node->sequence());
  }
  walk.run(last, [&](const Edge& edge, const Gradient& gradient) {
    for (size_t i = 0; i < targets.size(); ++i) {
      if (targets[i].node == edge.node && targets[i].input == edge.input) {
        results[i] = copy_of(*gradient, options.create_graph);
      }
    }
    return edge.node->as_leaf() || edge.node->sequence() == last;
  });
}

}  // namespace lazuli::autograd
