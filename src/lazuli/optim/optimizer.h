// The base of optimizers: the parameters, and the step that moves them along their gradients. Names
// and behaviours follow libtorch. A step is recorded like any other operations: what changes from
// step to step (learning rates, bias corrections) are numbers, so that a training loop has one
// trace, and each parameter is updated by the same elementwise program. Making an optimizer
// evaluates what is pending, so that the first step, too, finds parameters and state in memory.
#pragma once

#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli::optim {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Moves every parameter that has a gradient, in place. A parameter without one stays as it is,
  // with its state.
  void step(LZ_AT);

  // Forgets the gradients; with `set_to_none` false they become zeros.
  void zero_grad(bool set_to_none = true);

  const std::vector<Tensor>& parameters() const { return parameters_; }

 protected:
  // Throws ValueError: no parameters, an undefined one, one twice, one that is no leaf or needs no
  // gradients.
  explicit Optimizer(std::vector<Tensor> parameters);

  // One tensor of zeros for each parameter.
  std::vector<Tensor> make_state() const;

  // Moves parameter `index` along `grad`. Called without gradients being recorded.
  virtual void update(size_t index, const Tensor& grad, At at) = 0;

  Tensor& parameter(size_t index) { return parameters_[index]; }

 private:
  std::vector<Tensor> parameters_;
};

}  // namespace lazuli::optim
