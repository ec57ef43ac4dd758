#include "lazuli/optim/rmsprop.h"

#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

void RMSpropOptions::check() const {
  LZ_CHECK(lr_ >= 0 && alpha_ >= 0 && eps_ >= 0 && weight_decay_ >= 0 && momentum_ >= 0, ValueError,
           "RMSprop: need options of 0 or more; got lr {}, alpha {}, eps {}, weight_decay {}, "
           "momentum {}",
           lr_, alpha_, eps_, weight_decay_, momentum_);
}

RMSprop::RMSprop(std::vector<Group> groups)
    : OptimizerOf(std::move(groups)),
      square_(add_state("square_avg")),
      average_(add_state("grad_avg")),
      velocity_(add_state("momentum_buffer")) {
  for (size_t i = 0; i < parameters().size(); ++i) {
    make_state(square_, i);
    if (options_of(i).centered()) make_state(average_, i);
    if (options_of(i).momentum() != 0) make_state(velocity_, i);
  }
  eval();
}

void RMSprop::update(size_t index, const Tensor& grad, At at) {
  const RMSpropOptions& options = options_of(index);
  Tensor& weight = parameter(index);
  Tensor& square = state(square_, index);
  Tensor gradient = grad;
  if (options.weight_decay() != 0) gradient = grad.add(weight, options.weight_decay(), at);
  square.mul_(options.alpha(), at).add_(gradient.mul(gradient, at), 1 - options.alpha(), at);
  Tensor variance = square;
  if (options.centered()) {
    Tensor& average = state(average_, index);
    average.mul_(options.alpha(), at).add_(gradient, 1 - options.alpha(), at);
    variance = square.sub(average.mul(average, at), 1, at);
  }
  Tensor step = gradient.div(variance.sqrt(at).add(options.eps(), 1, at), at);
  if (state(velocity_, index).defined()) {
    Tensor& velocity = state(velocity_, index);
    velocity.mul_(options.momentum(), at).add_(step, 1, at);
    step = velocity;
  }
  weight.sub_(step.mul(options.lr(), at), 1, at);
}

}  // namespace lazuli::optim
