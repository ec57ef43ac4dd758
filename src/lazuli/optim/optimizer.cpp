#include "lazuli/optim/optimizer.h"

#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

Optimizer::Optimizer(std::vector<Tensor> parameters) : parameters_(std::move(parameters)) {
  LZ_CHECK(!parameters_.empty(), ValueError, "Optimizer: need at least one parameter; got none");
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& parameter = parameters_[i];
    LZ_CHECK(parameter.defined(), ValueError, "Optimizer: parameter {} is undefined", i);
    LZ_CHECK(parameter.is_leaf() && parameter.requires_grad(), ValueError,
             "Optimizer: parameter {} is no leaf that requires a gradient", i);
    for (size_t j = 0; j < i; ++j) {
      LZ_CHECK(!parameter.is_same(parameters_[j]), ValueError,
               "Optimizer: parameters {} and {} are the same", j, i);
    }
  }
}

std::vector<Tensor> Optimizer::make_state() const {
  std::vector<Tensor> state;
  for (const Tensor& parameter : parameters_) state.push_back(zeros(parameter.sizes()));
  return state;
}

void Optimizer::step(At at) {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor grad = parameters_[i].grad();
    if (grad.defined()) update(i, grad, at);
  }
}

void Optimizer::zero_grad(bool set_to_none) {
  for (Tensor& parameter : parameters_) {
    if (!parameter.grad().defined()) continue;
    parameter.set_grad(set_to_none ? Tensor() : zeros(parameter.sizes()));
  }
}

}  // namespace lazuli::optim
