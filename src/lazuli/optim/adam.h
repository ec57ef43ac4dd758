// Adam (Kingma and Ba, 2015).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "lazuli/optim/optimizer.h"

namespace lazuli::optim {

class AdamOptions {
 public:
  AdamOptions(double lr = 1e-3) : lr_(lr) {}  // NOLINT: a learning rate alone is enough

  double lr() const { return lr_; }
  AdamOptions& lr(double value) { return lr_ = value, *this; }
  std::pair<double, double> betas() const { return betas_; }
  AdamOptions& betas(std::pair<double, double> value) { return betas_ = value, *this; }
  double eps() const { return eps_; }
  AdamOptions& eps(double value) { return eps_ = value, *this; }
  double weight_decay() const { return weight_decay_; }
  AdamOptions& weight_decay(double value) { return weight_decay_ = value, *this; }

 private:
  double lr_;
  std::pair<double, double> betas_{0.9, 0.999};
  double eps_ = 1e-8;
  double weight_decay_ = 0;
};

// Step t of a parameter:
//   gradient += weight_decay * parameter
//   average = beta1 * average + (1 - beta1) * gradient
//   square = beta2 * square + (1 - beta2) * gradient^2
//   parameter -= lr * (average / (1 - beta1^t)) / (sqrt(square / (1 - beta2^t)) + eps)
class Adam : public Optimizer {
 public:
  // Throws ValueError for lr, eps or weight_decay below 0 and betas outside [0, 1), and as
  // Optimizer does.
  explicit Adam(std::vector<Tensor> parameters, AdamOptions options = {});

  const AdamOptions& options() const { return options_; }
  // From the next step on. Throws ValueError below 0.
  void set_lr(double lr);

 private:
  void update(size_t index, const Tensor& grad, At at) override;

  AdamOptions options_;
  std::vector<Tensor> averages_;
  std::vector<Tensor> squares_;
  std::vector<int64_t> steps_;  // of each parameter
};

}  // namespace lazuli::optim
