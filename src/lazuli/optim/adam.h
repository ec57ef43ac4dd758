// Adam (Kingma and Ba, 2015), and with the decay of weights beside the gradient, AdamW (Loshchilov
// and Hutter, 2019).
#pragma once

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
  bool amsgrad() const { return amsgrad_; }
  AdamOptions& amsgrad(bool value) { return amsgrad_ = value, *this; }
  void check() const;  // throws ValueError

 private:
  double lr_;
  std::pair<double, double> betas_{0.9, 0.999};
  double eps_ = 1e-8;
  double weight_decay_ = 0;
  bool amsgrad_ = false;
};

// The same with a weight_decay of 0.01.
class AdamWOptions : public AdamOptions {
 public:
  AdamWOptions(double lr = 1e-3) : AdamOptions(lr) { weight_decay(1e-2); }  // NOLINT: as above
  AdamWOptions(const AdamOptions& options) : AdamOptions(options) {}  // NOLINT: what setters give
};

// Step t of a parameter:
//   gradient += weight_decay * parameter
//   average = beta1 * average + (1 - beta1) * gradient
//   square = beta2 * square + (1 - beta2) * gradient^2; with amsgrad, the largest of all steps
//   parameter -= lr * (average / (1 - beta1^t)) / (sqrt(square / (1 - beta2^t)) + eps)
// AdamW leaves the gradient as it is and begins with parameter *= 1 - lr * weight_decay.
// Options throw ValueError for lr, eps or weight_decay below 0 and betas outside [0, 1).
class AdamBase : public OptimizerOf<AdamOptions> {
 protected:
  AdamBase(std::vector<Group> groups, bool decays_weights);

 private:
  void update(size_t index, const Tensor& grad, At at) override;

  const bool decays_weights_;
  size_t average_;
  size_t square_;
  size_t largest_;
};

class Adam : public AdamBase {
 public:
  explicit Adam(const std::vector<Tensor>& parameters, AdamOptions options = {})
      : Adam(std::vector<Group>{{parameters, options}}) {}
  explicit Adam(const NamedTensors& parameters, AdamOptions options = {})
      : Adam(std::vector<Group>{{parameters, options}}) {}
  explicit Adam(std::vector<Group> groups) : AdamBase(std::move(groups), false) {}
};

class AdamW : public AdamBase {
 public:
  explicit AdamW(const std::vector<Tensor>& parameters, AdamWOptions options = {})
      : AdamW(std::vector<Group>{{parameters, options}}) {}
  explicit AdamW(const NamedTensors& parameters, AdamWOptions options = {})
      : AdamW(std::vector<Group>{{parameters, options}}) {}
  explicit AdamW(std::vector<Group> groups) : AdamBase(std::move(groups), true) {}
};

}  // namespace lazuli::optim
