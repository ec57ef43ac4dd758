// Walks the gradient graph from results back to leaves. It knows neither operators nor how two
// gradients are added: its caller brings the addition.
#pragma once

#include <span>

#include "lazuli/autograd/node.h"
#include "lazuli/base/function_ref.h"

namespace lazuli::autograd {

struct Root {
  Edge edge;
  Gradient gradient;
};

struct Options {
  bool retain_graph = false;  // keep what nodes saved, for another walk
  bool create_graph = false;  // the gradients get a history of their own
};

// The sum of two gradients of one shape, as a new variable or, with `into_first`, as the new
// contents of the first.
using Add = FunctionRef<Gradient(const Gradient& first, const Gradient& second, bool into_first)>;

// Runs every node that the roots reach, each once, when all its gradients have arrived, later nodes
// first. Gradients that reach leaves accumulate there: the first is taken, further ones are added
// into it. Memory is proportional to the widest front, not to the depth.
void backward(std::span<const Root> roots, const Options& options, const Add& add);

// The same, but gives the gradients that arrive at `targets` instead of accumulating in leaves;
// null where none arrives.
void gradients(std::span<const Root> roots, std::span<const Edge> targets,
               std::span<Gradient> results, const Options& options, const Add& add);

}  // namespace lazuli::autograd
