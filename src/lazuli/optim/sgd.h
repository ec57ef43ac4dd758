// Stochastic gradient descent, with momentum and weight decay where they are not 0.
#pragma once

#include <vector>

#include "lazuli/optim/optimizer.h"

namespace lazuli::optim {

class SGDOptions {
 public:
  SGDOptions(double lr = 1e-3) : lr_(lr) {}  // NOLINT: a learning rate alone is enough

  double lr() const { return lr_; }
  SGDOptions& lr(double value) { return lr_ = value, *this; }
  double momentum() const { return momentum_; }
  SGDOptions& momentum(double value) { return momentum_ = value, *this; }
  double dampening() const { return dampening_; }
  SGDOptions& dampening(double value) { return dampening_ = value, *this; }
  double weight_decay() const { return weight_decay_; }
  SGDOptions& weight_decay(double value) { return weight_decay_ = value, *this; }
  bool nesterov() const { return nesterov_; }
  SGDOptions& nesterov(bool value) { return nesterov_ = value, *this; }
  void check() const;  // throws ValueError

 private:
  double lr_;
  double momentum_ = 0;
  double dampening_ = 0;
  double weight_decay_ = 0;
  bool nesterov_ = false;
};

// gradient += weight_decay * parameter
// velocity = momentum * velocity + (1 - dampening) * gradient, in a parameter's first step the
// gradient itself parameter -= lr * velocity; with nesterov, lr * (gradient + momentum * velocity)
class SGD : public OptimizerOf<SGDOptions> {
 public:
  // Throws ValueError for options below 0, nesterov without momentum or with dampening, and as
  // Optimizer does.
  explicit SGD(const std::vector<Tensor>& parameters, SGDOptions options = {})
      : SGD(std::vector<Group>{{parameters, options}}) {}
  explicit SGD(const NamedTensors& parameters, SGDOptions options = {})
      : SGD(std::vector<Group>{{parameters, options}}) {}
  explicit SGD(std::vector<Group> groups);

 private:
  void update(size_t index, const Tensor& grad, At at) override;

  size_t velocity_;
};

}  // namespace lazuli::optim
