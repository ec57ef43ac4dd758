// Shows how the training goes: a bar on a terminal, a plain line every few seconds elsewhere. Both
// go to stderr.
#pragma once

#include <chrono>
#include <cstdint>

#include "lazuli/api/lazuli.h"

class Progress {
 public:
  Progress(int64_t steps, int64_t images_a_step);

  // One step is recorded. Its loss is read once in a while only: a read waits for the step, and in
  // between the next steps are recorded while this one runs.
  void advance(const lazuli::Tensor& loss);
  // Waits for the last step and ends the bar.
  void finish(const lazuli::Tensor& loss);

  int64_t steps() const { return done_; }
  double seconds() const;  // since the start; after finish, of the whole training
  double images_per_second() const { return done_ * images_a_step_ / seconds(); }

 private:
  using Clock = std::chrono::steady_clock;
  void show(double loss);

  const int64_t steps_;
  const int64_t images_a_step_;
  const bool is_terminal_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point end_{};
  double shown_ = 0;  // seconds at the last line
  int64_t done_ = 0;
};
