// RMSprop (Hinton's lecture), with momentum and a centred variant (Graves, 2013).
#pragma once

#include <vector>

#include "lazuli/optim/optimizer.h"

namespace lazuli::optim {

class RMSpropOptions {
 public:
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}  // NOLINT: a learning rate alone is enough

  double lr() const { return lr_; }
  RMSpropOptions& lr(double value) { return lr_ = value, *this; }
  double alpha() const { return alpha_; }
  RMSpropOptions& alpha(double value) { return alpha_ = value, *this; }
  double eps() const { return eps_; }
  RMSpropOptions& eps(double value) { return eps_ = value, *this; }
  double weight_decay() const { return weight_decay_; }
  RMSpropOptions& weight_decay(double value) { return weight_decay_ = value, *this; }
  double momentum() const { return momentum_; }
  RMSpropOptions& momentum(double value) { return momentum_ = value, *this; }
  bool centered() const { return centered_; }
  RMSpropOptions& centered(bool value) { return centered_ = value, *this; }
  void check() const;  // throws ValueError

 private:
  double lr_;
  double alpha_ = 0.99;
  double eps_ = 1e-8;
  double weight_decay_ = 0;
  double momentum_ = 0;
  bool centered_ = false;
};

// gradient += weight_decay * parameter
// square = alpha * square + (1 - alpha) * gradient^2
// centered: average = alpha * average + (1 - alpha) * gradient, and square - average^2 takes the
// place of square step = gradient / (sqrt(square) + eps); with momentum, velocity = momentum *
// velocity + step takes its place parameter -= lr * step
class RMSprop : public OptimizerOf<RMSpropOptions> {
 public:
  // Throws ValueError for options below 0, and as Optimizer does.
  explicit RMSprop(const std::vector<Tensor>& parameters, RMSpropOptions options = {})
      : RMSprop(std::vector<Group>{{parameters, options}}) {}
  explicit RMSprop(const NamedTensors& parameters, RMSpropOptions options = {})
      : RMSprop(std::vector<Group>{{parameters, options}}) {}
  explicit RMSprop(std::vector<Group> groups);

 private:
  void update(size_t index, const Tensor& grad, At at) override;

  size_t square_;
  size_t average_;
  size_t velocity_;
};

}  // namespace lazuli::optim
