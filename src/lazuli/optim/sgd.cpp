#include "lazuli/optim/sgd.h"

#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

SGD::SGD(std::vector<Tensor> parameters, SGDOptions options)
    : Optimizer(std::move(parameters)), options_(options) {
  LZ_CHECK(options.lr() >= 0 && options.momentum() >= 0 && options.weight_decay() >= 0, ValueError,
           "SGD: need options of 0 or more; got lr {}, momentum {}, weight_decay {}", options.lr(),
           options.momentum(), options.weight_decay());
  if (options.momentum() != 0) velocities_ = make_state();
  eval();
}

void SGD::set_lr(double lr) {
  LZ_CHECK(lr >= 0, ValueError, "SGD: need a learning rate of 0 or more; got {}", lr);
  options_.lr(lr);
}

void SGD::update(size_t index, const Tensor& grad, At at) {
  Tensor& weight = parameter(index);
  Tensor direction = grad;
  if (options_.weight_decay() != 0) direction = grad.add(weight, options_.weight_decay(), at);
  if (!velocities_.empty()) {
    Tensor& velocity = velocities_[index];
    velocity.mul_(options_.momentum(), at).add_(direction, 1, at);
    direction = velocity;
  }
  weight.add_(direction, -options_.lr(), at);
}

}  // namespace lazuli::optim
