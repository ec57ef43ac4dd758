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
  double weight_decay() const { return weight_decay_; }
  SGDOptions& weight_decay(double value) { return weight_decay_ = value, *this; }

 private:
  double lr_;
  double momentum_ = 0;
  double weight_decay_ = 0;
};

// gradient += weight_decay * parameter; velocity = momentum * velocity + gradient;
// parameter -= lr * velocity
class SGD : public Optimizer {
 public:
  // Throws ValueError for options below 0, and as Optimizer does.
  explicit SGD(std::vector<Tensor> parameters, SGDOptions options = {});

  const SGDOptions& options() const { return options_; }
  // From the next step on. Throws ValueError below 0.
  void set_lr(double lr);

 private:
  void update(size_t index, const Tensor& grad, At at) override;

  SGDOptions options_;
  std::vector<Tensor> velocities_;  // empty without momentum
};

}  // namespace lazuli::optim
