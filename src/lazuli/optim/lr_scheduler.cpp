#include "lazuli/optim/lr_scheduler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/creation.h"

namespace lazuli::optim {
namespace {

void check_increase(const char* schedule, const std::vector<int64_t>& milestones) {
  const bool do_increase = std::adjacent_find(milestones.begin(), milestones.end(),
                                              std::greater_equal<>()) == milestones.end();
  LZ_CHECK(do_increase && (milestones.empty() || milestones[0] >= 1), ValueError,
           "{}: need milestones above 0 that increase", schedule);
}

// How many milestones have been reached.
int64_t reached(const std::vector<int64_t>& milestones, int64_t step) {
  return std::upper_bound(milestones.begin(), milestones.end(), step) - milestones.begin();
}

double cosine(double from, double to, double part) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

}  // namespace

void LRScheduler::go_to(int64_t step) {
  LZ_CHECK(step >= 0, ValueError, "LRScheduler: need a step of 0 or more; got {}", step);
  step_ = step;
  for (size_t group = 0; group < optimizer_.group_count(); ++group) {
    optimizer_.set_lr(group, lr_at(step, optimizer_.initial_lr(group), group));
  }
}

std::vector<double> LRScheduler::get_last_lr() const {
  std::vector<double> rates;
  for (size_t group = 0; group < optimizer_.group_count(); ++group) {
    rates.push_back(optimizer_.lr(group));
  }
  return rates;
}

NamedTensors LRScheduler::state_dict() const { return {{"step", scalar_tensor(step_)}}; }

void LRScheduler::load_state_dict(const NamedTensors& state, At at) {
  const NamedTensors own = state_dict();
  copy_named("load_state_dict", own, state, true, at);
  go_to(find(own, "step").item<int64_t>());
}

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma)
    : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {
  LZ_CHECK(step_size >= 1, ValueError, "StepLR: need a step_size of at least 1; got {}", step_size);
  go_to(0);
}
double StepLR::lr_at(int64_t step, double initial, size_t) const {
  return initial * std::pow(gamma_, static_cast<double>(step / step_size_));
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LRScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {
  check_increase("MultiStepLR", milestones_);
  go_to(0);
}
double MultiStepLR::lr_at(int64_t step, double initial, size_t) const {
  return initial * std::pow(gamma_, static_cast<double>(reached(milestones_, step)));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : LRScheduler(optimizer), gamma_(gamma) {
  go_to(0);
}
double ExponentialLR::lr_at(int64_t step, double initial, size_t) const {
  return initial * std::pow(gamma_, static_cast<double>(step));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer), T_max_(T_max), eta_min_(eta_min) {
  LZ_CHECK(T_max >= 1, ValueError, "CosineAnnealingLR: need a T_max of at least 1; got {}", T_max);
  go_to(0);
}
double CosineAnnealingLR::lr_at(int64_t step, double initial, size_t) const {
  return cosine(initial, eta_min_, static_cast<double>(step) / static_cast<double>(T_max_));
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters)
    : LRScheduler(optimizer),
      start_factor_(start_factor),
      end_factor_(end_factor),
      total_iters_(total_iters) {
  LZ_CHECK(start_factor > 0 && start_factor <= 1 && end_factor >= 0 && end_factor <= 1, ValueError,
           "LinearLR: need factors up to 1, the first above 0; got {} and {}", start_factor,
           end_factor);
  LZ_CHECK(total_iters >= 1, ValueError, "LinearLR: need total_iters of at least 1; got {}",
           total_iters);
  go_to(0);
}
double LinearLR::lr_at(int64_t step, double initial, size_t) const {
  const double part =
      static_cast<double>(std::min(step, total_iters_)) / static_cast<double>(total_iters_);
  return initial * (start_factor_ + (end_factor_ - start_factor_) * part);
}

LambdaLR::LambdaLR(Optimizer& optimizer, Function function)
    : LambdaLR(optimizer, std::vector<Function>(optimizer.group_count(), std::move(function))) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<Function> functions)
    : LRScheduler(optimizer), functions_(std::move(functions)) {
  LZ_CHECK(functions_.size() == optimizer.group_count(), ValueError,
           "LambdaLR: need a function for each of {} groups; got {}", optimizer.group_count(),
           functions_.size());
  go_to(0);
}
double LambdaLR::lr_at(int64_t step, double initial, size_t group) const {
  return initial * functions_[group](step);
}

OneCycleLR::OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options)
    : LRScheduler(optimizer), options_(options) {
  LZ_CHECK(options.total_steps() >= 1, ValueError,
           "OneCycleLR: need total_steps of at least 1; got {}", options.total_steps());
  LZ_CHECK(options.pct_start() >= 0 && options.pct_start() <= 1, ValueError,
           "OneCycleLR: need a pct_start from 0 to 1; got {}", options.pct_start());
  LZ_CHECK(options.max_lr() > 0 && options.div_factor() > 0 && options.final_div_factor() > 0,
           ValueError, "OneCycleLR: need rates and factors above 0; got {}, {} and {}",
           options.max_lr(), options.div_factor(), options.final_div_factor());
  go_to(0);
}
double OneCycleLR::lr_at(int64_t step, double, size_t) const {
  const double first = options_.max_lr() / options_.div_factor();
  const double last = first / options_.final_div_factor();
  const double end = static_cast<double>(options_.total_steps() - 1);
  const double top = options_.pct_start() * static_cast<double>(options_.total_steps()) - 1;
  const double at = std::min(static_cast<double>(step), end);
  const auto between = [&](double from, double to, double part) {
    return options_.is_linear() ? from + (to - from) * part : cosine(from, to, part);
  };
  if (at <= top) return top > 0 ? between(first, options_.max_lr(), at / top) : options_.max_lr();
  return between(options_.max_lr(), last, (at - top) / (end - top));
}

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<int64_t> milestones)
    : LRScheduler(optimizer),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
  LZ_CHECK(schedulers_.size() == milestones_.size() + 1, ValueError,
           "SequentialLR: need a milestone between each two schedules; got {} for {}",
           milestones_.size(), schedulers_.size());
  for (const auto& scheduler : schedulers_) {
    LZ_CHECK(scheduler != nullptr && &scheduler->optimizer_ == &optimizer, ValueError,
             "SequentialLR: need schedules of its own optimizer");
  }
  check_increase("SequentialLR", milestones_);
  go_to(0);
}
double SequentialLR::lr_at(int64_t step, double initial, size_t group) const {
  const auto place = static_cast<size_t>(reached(milestones_, step));
  const int64_t begin = place == 0 ? 0 : milestones_[place - 1];
  return schedulers_[place]->lr_at(step - begin, initial, group);
}

}  // namespace lazuli::optim
