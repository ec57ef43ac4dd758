#include "lazuli/optim/adam.h"

#include <cmath>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

void AdamOptions::check() const {
  LZ_CHECK(lr_ >= 0 && eps_ >= 0 && weight_decay_ >= 0, ValueError,
           "Adam: need options of 0 or more; got lr {}, eps {}, weight_decay {}", lr_, eps_,
           weight_decay_);
  const auto [beta1, beta2] = betas_;
  LZ_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, ValueError,
           "Adam: need betas from 0 to below 1; got {} and {}", beta1, beta2);
}

AdamBase::AdamBase(std::vector<Group> groups, bool decays_weights)
    : OptimizerOf(std::move(groups)),
      decays_weights_(decays_weights),
      average_(add_state("exp_avg")),
      square_(add_state("exp_avg_sq")),
      largest_(add_state("max_exp_avg_sq")) {
  for (size_t i = 0; i < parameters().size(); ++i) {
    make_state(average_, i);
    make_state(square_, i);
    if (options_of(i).amsgrad()) make_state(largest_, i);
  }
  eval();
}

void AdamBase::update(size_t index, const Tensor& grad, At at) {
  const AdamOptions& options = options_of(index);
  const auto [beta1, beta2] = options.betas();
  const double correction1 = 1 - std::pow(beta1, steps(index));
  const double root2 = std::sqrt(1 - std::pow(beta2, steps(index)));
  Tensor& weight = parameter(index);
  Tensor& average = state(average_, index);
  Tensor& square = state(square_, index);

  Tensor gradient = grad;
  if (options.weight_decay() != 0) {
    if (decays_weights_) {
      weight.mul_(1 - options.lr() * options.weight_decay(), at);
    } else {
      gradient = grad.add(weight, options.weight_decay(), at);
    }
  }
  average.mul_(beta1, at).add_(gradient, 1 - beta1, at);
  square.mul_(beta2, at).add_(gradient.mul(gradient, at), 1 - beta2, at);
  Tensor chosen = square;
  if (options.amsgrad()) {
    Tensor& largest = state(largest_, index);
    largest.copy_(largest.maximum(square, at), at);
    chosen = largest;
  }
  // Both corrections are moved into numbers: sqrt(square / c) + eps is (sqrt(square) + eps *
  // sqrt(c)) / sqrt(c).
  const Tensor root = chosen.sqrt(at).add(options.eps() * root2, 1, at);
  weight.sub_(average.div(root, at).mul(options.lr() * root2 / correction1, at), 1, at);
}

}  // namespace lazuli::optim
