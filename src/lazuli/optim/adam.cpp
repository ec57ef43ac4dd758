#include "lazuli/optim/adam.h"

#include <cmath>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

Adam::Adam(std::vector<Tensor> parameters, AdamOptions options)
    : Optimizer(std::move(parameters)), options_(options) {
  const auto [beta1, beta2] = options.betas();
  LZ_CHECK(options.lr() >= 0 && options.eps() >= 0 && options.weight_decay() >= 0, ValueError,
           "Adam: need options of 0 or more; got lr {}, eps {}, weight_decay {}", options.lr(),
           options.eps(), options.weight_decay());
  LZ_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, ValueError,
           "Adam: need betas from 0 to below 1; got {} and {}", beta1, beta2);
  averages_ = make_state();
  squares_ = make_state();
  steps_.resize(this->parameters().size());
  eval();
}

void Adam::set_lr(double lr) {
  LZ_CHECK(lr >= 0, ValueError, "Adam: need a learning rate of 0 or more; got {}", lr);
  options_.lr(lr);
}

void Adam::update(size_t index, const Tensor& grad, At at) {
  const auto [beta1, beta2] = options_.betas();
  const auto step = static_cast<double>(++steps_[index]);
  const double correction1 = 1 - std::pow(beta1, step);
  const double root2 = std::sqrt(1 - std::pow(beta2, step));
  Tensor& weight = parameter(index);
  Tensor& average = averages_[index];
  Tensor& square = squares_[index];

  Tensor gradient = grad;
  if (options_.weight_decay() != 0) gradient = grad.add(weight, options_.weight_decay(), at);
  average.mul_(beta1, at).add_(gradient, 1 - beta1, at);
  square.mul_(beta2, at).add_(gradient.mul(gradient, at), 1 - beta2, at);
  // Both corrections are moved into numbers: sqrt(square / c) + eps is (sqrt(square) + eps *
  // sqrt(c)) / sqrt(c).
  const Tensor root = square.sqrt(at).add(options_.eps() * root2, 1, at);
  weight.add_(average.div(root, at), -options_.lr() * root2 / correction1, at);
}

}  // namespace lazuli::optim
