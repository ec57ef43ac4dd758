// Schedules of learning rates, by PyTorch's names. A schedule gives each group its rate as a
// function of the steps taken since it was made and of the group's initial rate, and so owns the
// rates: of several on one optimizer the last that stepped counts. A rate is a number of the trace:
// changing it makes nothing new.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lazuli/functions/named_tensors.h"
#include "lazuli/optim/optimizer.h"

namespace lazuli::optim {

class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  // The next rate; called after the optimizer's step (or after an epoch, as the schedule is
  // counted).
  void step() { go_to(step_ + 1); }
  // Sets the rates of step `step`, as if that many had been taken.
  void go_to(int64_t step);
  int64_t last_step() const { return step_; }
  std::vector<double> get_last_lr() const;

  // "step": where the schedule is. Loading sets the rates.
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state, LZ_AT);

 protected:
  // `optimizer` outlives the schedule. A derived class's constructor ends with go_to(0).
  explicit LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {}

  // The rate of `group` after `step` steps, `initial` being its own.
  virtual double lr_at(int64_t step, double initial, size_t group) const = 0;

 private:
  friend class SequentialLR;
  Optimizer& optimizer_;
  int64_t step_ = 0;
};

// Times gamma every step_size steps.
class StepLR : public LRScheduler {
 public:
  // Throws ValueError for a step_size below 1.
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  int64_t step_size_;
  double gamma_;
};

// Times gamma at each of the milestones, which increase.
class MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  std::vector<int64_t> milestones_;
  double gamma_;
};

// Times gamma every step.
class ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  double gamma_;
};

// Half a wave of cosine from the initial rate to eta_min in T_max steps, and back in as many.
class CosineAnnealingLR : public LRScheduler {
 public:
  // Throws ValueError for a T_max below 1.
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  int64_t T_max_;
  double eta_min_;
};

// From start_factor to end_factor times the initial rate in total_iters steps, on a line; then
// end_factor.
class LinearLR : public LRScheduler {
 public:
  // Throws ValueError for factors outside (0, 1] and [0, 1], total_iters below 1.
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1,
           int64_t total_iters = 5);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  double start_factor_;
  double end_factor_;
  int64_t total_iters_;
};

// The initial rate times a function of the step; one for all groups, or one each.
class LambdaLR : public LRScheduler {
 public:
  using Function = std::function<double(int64_t step)>;
  LambdaLR(Optimizer& optimizer, Function function);
  // Throws ValueError for another number of functions than of groups.
  LambdaLR(Optimizer& optimizer, std::vector<Function> functions);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  std::vector<Function> functions_;
};

class OneCycleLROptions {
 public:
  OneCycleLROptions(double max_lr, int64_t total_steps)
      : max_lr_(max_lr), total_steps_(total_steps) {}

  double max_lr() const { return max_lr_; }
  int64_t total_steps() const { return total_steps_; }
  double pct_start() const { return pct_start_; }  // the part of the steps in which the rate rises
  OneCycleLROptions& pct_start(double value) { return pct_start_ = value, *this; }
  bool is_linear() const { return is_linear_; }  // lines instead of cosines
  OneCycleLROptions& is_linear(bool value) { return is_linear_ = value, *this; }
  double div_factor() const { return div_factor_; }  // max_lr by the first rate
  OneCycleLROptions& div_factor(double value) { return div_factor_ = value, *this; }
  double final_div_factor() const { return final_div_factor_; }  // the first rate by the last
  OneCycleLROptions& final_div_factor(double value) { return final_div_factor_ = value, *this; }

 private:
  double max_lr_;
  int64_t total_steps_;
  double pct_start_ = 0.3;
  bool is_linear_ = false;
  double div_factor_ = 25;
  double final_div_factor_ = 1e4;
};

// Up to max_lr, then down to nearly nothing (Smith and Topin, 2019). After total_steps the last
// rate stays.
class OneCycleLR : public LRScheduler {
 public:
  // Throws ValueError for total_steps below 1, pct_start outside [0, 1], rates and factors of 0 or
  // below.
  OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  OneCycleLROptions options_;
};

// Several schedules of one optimizer one after the other: each begins anew at its milestone, the
// first at 0. A warm-up is a LinearLR before another.
class SequentialLR : public LRScheduler {
 public:
  // Throws ValueError where milestones are not one fewer than schedules, or don't increase.
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);

 private:
  double lr_at(int64_t step, double initial, size_t group) const override;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

}  // namespace lazuli::optim
