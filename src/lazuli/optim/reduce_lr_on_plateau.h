// Lower learning rates when a measure stops getting better.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/functions/named_tensors.h"
#include "lazuli/optim/optimizer.h"

namespace lazuli::optim {

class ReduceLROnPlateauOptions {
 public:
  enum class Mode { kMin, kMax };

  Mode mode() const { return mode_; }  // which measure is better: the smaller or the larger
  ReduceLROnPlateauOptions& mode(Mode value) { return mode_ = value, *this; }
  double factor() const { return factor_; }
  ReduceLROnPlateauOptions& factor(double value) { return factor_ = value, *this; }
  int64_t patience() const { return patience_; }  // steps without a better measure that are borne
  ReduceLROnPlateauOptions& patience(int64_t value) { return patience_ = value, *this; }
  double threshold() const {
    return threshold_;
  }  // of the best measure's size, by which it is to be better
  ReduceLROnPlateauOptions& threshold(double value) { return threshold_ = value, *this; }
  int64_t cooldown() const { return cooldown_; }  // steps after a reduction that are not counted
  ReduceLROnPlateauOptions& cooldown(int64_t value) { return cooldown_ = value, *this; }
  double min_lr() const { return min_lr_; }
  ReduceLROnPlateauOptions& min_lr(double value) { return min_lr_ = value, *this; }

 private:
  Mode mode_ = Mode::kMin;
  double factor_ = 0.1;
  int64_t patience_ = 10;
  double threshold_ = 1e-4;
  int64_t cooldown_ = 0;
  double min_lr_ = 0;
};

class ReduceLROnPlateau {
 public:
  // `optimizer` outlives the schedule. Throws ValueError for a factor outside [0, 1), numbers below
  // 0.
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});

  // Takes the newest measure; after more than `patience` steps that were no better, all rates
  // become factor times themselves, at least min_lr. A NaN is not better.
  void step(double measure);

  // The best measure and the counts; the rates are the optimizer's.
  NamedTensors state_dict() const;
  void load_state_dict(const NamedTensors& state, LZ_AT);

 private:
  bool is_better(double measure) const;

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  double best_;
  int64_t bad_steps_ = 0;
  int64_t cooldown_left_ = 0;
};

}  // namespace lazuli::optim
