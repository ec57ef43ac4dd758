#include "lazuli/optim/adagrad.h"

#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

void AdagradOptions::check() const {
  LZ_CHECK(lr_ >= 0 && lr_decay_ >= 0 && weight_decay_ >= 0 && initial_accumulator_value_ >= 0 &&
               eps_ >= 0,
           ValueError,
           "Adagrad: need options of 0 or more; got lr {}, lr_decay {}, weight_decay {}, "
           "initial_accumulator_value {}, eps {}",
           lr_, lr_decay_, weight_decay_, initial_accumulator_value_, eps_);
}

Adagrad::Adagrad(std::vector<Group> groups)
    : OptimizerOf(std::move(groups)), sum_(add_state("sum")) {
  for (size_t i = 0; i < parameters().size(); ++i) {
    make_state(sum_, i, options_of(i).initial_accumulator_value());
  }
  eval();
}

void Adagrad::update(size_t index, const Tensor& grad, At at) {
  const AdagradOptions& options = options_of(index);
  Tensor& weight = parameter(index);
  Tensor& sum = state(sum_, index);
  Tensor gradient = grad;
  if (options.weight_decay() != 0) gradient = grad.add(weight, options.weight_decay(), at);
  sum.add_(gradient.mul(gradient, at), 1, at);
  const double rate = options.lr() / (1 + (steps(index) - 1) * options.lr_decay());
  weight.sub_(gradient.div(sum.sqrt(at).add(options.eps(), 1, at), at).mul(rate, at), 1, at);
}

}  // namespace lazuli::optim
