// Automatic differentiation as users see it.
#include "lazuli/autograd/engine.h"
#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/record.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/tensor/variable.h"

namespace lazuli {

using autograd::Edge;
using autograd::Gradient;
using autograd::Root;
using autograd::State;
using tensor::Variable;

namespace {

Variable& current(const char* op, const Tensor& tensor, At at) {
  LZ_CHECK_AT(tensor.defined(), ValueError, at, "{}: the tensor is undefined", op);
  if (tensor.variable().is_stale()) refresh(tensor.variable(), at);
  return tensor.variable();
}

// Where the walk starts: the result and its gradient.
Root root_of(const char* op, const Tensor& output, const Tensor& gradient, At at) {
  Variable& variable = current(op, output, at);
  const Edge edge = autograd::edge_of(variable);
  LZ_CHECK_AT(edge, ValueError, at,
              "{}: the tensor does not require grad and does not have a grad_fn", op);
  if (gradient.defined()) {
    current(op, gradient, at);
    LZ_CHECK_AT(gradient.variable().type() == variable.type(), ValueError, at,
                "{}: need a gradient of the result's type, {}; got {}", op,
                to_string(variable.type()), to_string(gradient.variable().type()));
    return {edge, gradient.reference()};
  }
  LZ_CHECK_AT(output.numel() == 1, ValueError, at,
              "{}: grad can be implicitly created only for scalar outputs; got {}", op,
              to_string(variable.type()));
  const Tensor one = full(output.sizes(), 1, output.dtype(), at);
  return {edge, one.reference()};
}

// How the engine adds two gradients.
auto addition(At at) {
  return [at](const Gradient& first, const Gradient& second, bool into_first) {
    const Tensor target(first);
    const Tensor other(second);
    if (!into_first) return add(target, other, 1, at).reference();
    target.add_(other, 1, at);
    return first;
  };
}

}  // namespace

bool Tensor::requires_grad() const {
  if (!defined()) return false;
  return autograd::needs_gradient(current("requires_grad", *this, {}));
}

bool Tensor::is_leaf() const {
  return !defined() || autograd::is_leaf(current("is_leaf", *this, {}));
}

const Tensor& Tensor::requires_grad_(bool requires_grad, At at) const {
  Variable& variable = current("requires_grad_", *this, at);
  LZ_CHECK_AT(!requires_grad || is_floating(dtype()), TypeError, at,
              "requires_grad_: need a dtype with fractions; got {}", name_of(dtype()));
  LZ_CHECK_AT(requires_grad || autograd::is_leaf(variable), ValueError, at,
              "requires_grad_: you can only change requires_grad flags of leaf variables");
  if (!requires_grad && !variable.gradient) return *this;
  autograd::ensure_state(variable).requires_grad = requires_grad;
  return *this;
}

Tensor Tensor::grad() const {
  if (!defined()) return {};
  const State* state = autograd::state_of(*variable_);
  return state && state->leaf ? Tensor(state->leaf->gradient()) : Tensor();
}

void Tensor::set_grad(const Tensor& grad, At at) const {
  Variable& variable = current("set_grad", *this, at);
  if (grad.defined()) {
    LZ_CHECK_AT(current("set_grad", grad, at).type() == variable.type(), ValueError, at,
                "set_grad: need a gradient of the tensor's type, {}; got {}",
                lazuli::to_string(variable.type()), lazuli::to_string(grad.variable().type()));
  } else if (!variable.gradient) {
    return;
  }
  State& state = autograd::ensure_state(variable);
  if (!state.leaf) {
    if (!grad.defined()) return;
    state.leaf = make_ref<autograd::Leaf>();
  }
  state.leaf->set_gradient(grad.reference());
}

Tensor Tensor::detach(At at) const {
  Variable& variable = current("detach", *this, at);
  tensor::ViewStep step{op::OpKind::view, {}, {}, {}};
  for (const int64_t extent : sizes()) step.sizes.push_back(extent);
  Ref<Variable> result = Variable::make_view(variable_, std::move(step), variable.value());
  autograd::ensure_state(*result).is_detached = true;
  return Tensor(std::move(result));
}

void Tensor::backward(const Tensor& gradient, bool retain_graph, bool create_graph, At at) const {
  const Root root = root_of("backward", *this, gradient, at);
  const auto add = addition(at);
  autograd::backward({&root, 1}, {retain_graph || create_graph, create_graph}, add);
}

std::vector<Tensor> grad(TensorList outputs, TensorList inputs,
                         const std::vector<Tensor>& gradients, bool retain_graph, bool create_graph,
                         At at) {
  LZ_CHECK_AT(gradients.empty() || gradients.size() == outputs.size(), ValueError, at,
              "grad: need a gradient for each of {} outputs; got {}", outputs.size(),
              gradients.size());
  std::vector<Root> roots;
  for (size_t i = 0; i < outputs.size(); ++i) {
    roots.push_back(root_of("grad", outputs[i], gradients.empty() ? Tensor() : gradients[i], at));
  }
  std::vector<Edge> targets;
  for (const Tensor& input : inputs) {
    targets.push_back(autograd::edge_of(current("grad", input, at)));
    LZ_CHECK_AT(targets.back(), ValueError, at, "grad: an input does not require grad");
  }
  std::vector<Gradient> found(targets.size());
  const auto add = addition(at);
  autograd::gradients(roots, targets, found, {retain_graph || create_graph, create_graph}, add);
  std::vector<Tensor> results;
  for (Gradient& gradient : found) results.emplace_back(std::move(gradient));
  return results;
}

}  // namespace lazuli
