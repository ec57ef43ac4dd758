// Adagrad (Duchi, Hazan and Singer, 2011).
#pragma once

#include <vector>

#include "lazuli/optim/optimizer.h"

namespace lazuli::optim {

class AdagradOptions {
 public:
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}  // NOLINT: a learning rate alone is enough

  double lr() const { return lr_; }
  AdagradOptions& lr(double value) { return lr_ = value, *this; }
  double lr_decay() const { return lr_decay_; }
  AdagradOptions& lr_decay(double value) { return lr_decay_ = value, *this; }
  double weight_decay() const { return weight_decay_; }
  AdagradOptions& weight_decay(double value) { return weight_decay_ = value, *this; }
  double initial_accumulator_value() const { return initial_accumulator_value_; }
  AdagradOptions& initial_accumulator_value(double value) {
    return initial_accumulator_value_ = value, *this;
  }
  double eps() const { return eps_; }
  AdagradOptions& eps(double value) { return eps_ = value, *this; }
  void check() const;  // throws ValueError

 private:
  double lr_;
  double lr_decay_ = 0;
  double weight_decay_ = 0;
  double initial_accumulator_value_ = 0;
  double eps_ = 1e-10;
};

// Step t of a parameter:
//   gradient += weight_decay * parameter
//   sum += gradient^2
//   parameter -= lr / (1 + (t - 1) * lr_decay) * gradient / (sqrt(sum) + eps)
class Adagrad : public OptimizerOf<AdagradOptions> {
 public:
  // Throws ValueError for options below 0, and as Optimizer does.
  explicit Adagrad(const std::vector<Tensor>& parameters, AdagradOptions options = {})
      : Adagrad(std::vector<Group>{{parameters, options}}) {}
  explicit Adagrad(const NamedTensors& parameters, AdagradOptions options = {})
      : Adagrad(std::vector<Group>{{parameters, options}}) {}
  explicit Adagrad(std::vector<Group> groups);

 private:
  void update(size_t index, const Tensor& grad, At at) override;

  size_t sum_;
};

}  // namespace lazuli::optim
