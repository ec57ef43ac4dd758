#include "lazuli/optim/sgd.h"

#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

void SGDOptions::check() const {
  LZ_CHECK(lr_ >= 0 && momentum_ >= 0 && weight_decay_ >= 0, ValueError,
           "SGD: need options of 0 or more; got lr {}, momentum {}, weight_decay {}", lr_,
           momentum_, weight_decay_);
  LZ_CHECK(!nesterov_ || (momentum_ > 0 && dampening_ == 0), ValueError,
           "SGD: nesterov needs momentum and no dampening; got momentum {}, dampening {}",
           momentum_, dampening_);
}

SGD::SGD(std::vector<Group> groups)
    : OptimizerOf(std::move(groups)), velocity_(add_state("momentum_buffer")) {
  for (size_t i = 0; i < parameters().size(); ++i) {
    if (options_of(i).momentum() != 0) make_state(velocity_, i);
  }
  eval();
}

void SGD::update(size_t index, const Tensor& grad, At at) {
  const SGDOptions& options = options_of(index);
  Tensor& weight = parameter(index);
  Tensor direction = grad;
  if (options.weight_decay() != 0) direction = grad.add(weight, options.weight_decay(), at);
  if (state(velocity_, index).defined()) {
    Tensor& velocity = state(velocity_, index);
    const double part = steps(index) == 1 ? 1 : 1 - options.dampening();
    velocity.mul_(options.momentum(), at).add_(direction, part, at);
    direction = options.nesterov() ? direction.add(velocity, options.momentum(), at) : velocity;
  }
  weight.sub_(direction.mul(options.lr(), at), 1, at);
}

}  // namespace lazuli::optim
