#include "lazuli/optim/lr_scheduler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/base/metrics.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/optim/reduce_lr_on_plateau.h"
#include "lazuli/optim/sgd.h"

namespace lazuli::optim {
namespace {

class Schedules : public testing::Test {
 protected:
  // The rates of steps 0, 1, ... are those of `expected`.
  void expect_rates(LRScheduler& scheduler, int steps, const std::function<double(int)>& expected) {
    for (int step = 0; step < steps; ++step) {
      EXPECT_NEAR(optimizer_.lr(), expected(step), 1e-12) << "step " << step;
      scheduler.step();
    }
  }

  Tensor weight_ = ones({2}).requires_grad_();
  SGD optimizer_{{weight_}, 0.5};
};

TEST_F(Schedules, OfSteps) {
  StepLR scheduler(optimizer_, 3, 0.5);
  expect_rates(scheduler, 10, [](int t) { return 0.5 * std::pow(0.5, t / 3); });
}

TEST_F(Schedules, OfMilestones) {
  MultiStepLR scheduler(optimizer_, {2, 5});
  const std::vector<double> rates = {0.5, 0.5, 0.05, 0.05, 0.05, 0.005, 0.005};
  expect_rates(scheduler, 7, [&](int t) { return rates[static_cast<size_t>(t)]; });
}

TEST_F(Schedules, OfAPower) {
  ExponentialLR scheduler(optimizer_, 0.9);
  expect_rates(scheduler, 10, [](int t) { return 0.5 * std::pow(0.9, t); });
}

TEST_F(Schedules, OfACosine) {
  CosineAnnealingLR scheduler(optimizer_, 4, 0.1);
  expect_rates(scheduler, 9,
               [](int t) { return 0.1 + 0.4 * (1 + std::cos(std::numbers::pi * t / 4)) / 2; });
}

TEST_F(Schedules, OfALine) {
  LinearLR scheduler(optimizer_, 0.25, 1, 3);
  const std::vector<double> rates = {0.125, 0.25, 0.375, 0.5, 0.5};
  expect_rates(scheduler, 5, [&](int t) { return rates[static_cast<size_t>(t)]; });
}

TEST_F(Schedules, OfAFunction) {
  LambdaLR scheduler(optimizer_, [](int64_t t) { return 1.0 / static_cast<double>(t + 1); });
  expect_rates(scheduler, 5, [](int t) { return 0.5 / (t + 1); });
}

// PyTorch 2's rates for max_lr 1 and 10 steps.
TEST_F(Schedules, OfOneCycle) {
  OneCycleLR scheduler(optimizer_, OneCycleLROptions(1, 10));
  const auto cosine = [](double from, double to, double part) {
    return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * part));
  };
  expect_rates(scheduler, 12, [&](int t) {
    if (t <= 2) return cosine(0.04, 1, t / 2.0);
    return cosine(1, 4e-6, (std::min(t, 9) - 2) / 7.0);
  });
  OneCycleLR linear(optimizer_, OneCycleLROptions(1, 11)
                                    .pct_start(0.5454545454545454)
                                    .is_linear(true)
                                    .div_factor(10)
                                    .final_div_factor(10));
  expect_rates(linear, 11,
               [&](int t) { return t <= 5 ? 0.1 + 0.9 * t / 5 : 1 + (0.01 - 1) * (t - 5) / 5; });
}

TEST_F(Schedules, OneAfterTheOther) {
  SequentialLR scheduler(optimizer_,
                         {std::make_shared<LinearLR>(optimizer_, 0.5, 1, 2),
                          std::make_shared<ExponentialLR>(optimizer_, 0.5)},
                         {2});
  const std::vector<double> rates = {0.25, 0.375, 0.5, 0.25, 0.125};
  expect_rates(scheduler, 5, [&](int t) { return rates[static_cast<size_t>(t)]; });
}

TEST_F(Schedules, GoOnFromTheirState) {
  StepLR first(optimizer_, 2, 0.5);
  for (int step = 0; step < 5; ++step) first.step();
  const NamedTensors state = first.state_dict();
  SGD other({weight_}, 0.5);
  StepLR second(other, 2, 0.5);
  second.load_state_dict(state);
  EXPECT_EQ(other.lr(), optimizer_.lr());
  EXPECT_EQ(second.last_step(), 5);
  EXPECT_EQ(second.get_last_lr(), (std::vector<double>{0.125}));
}

TEST_F(Schedules, OfAPlateau) {
  ReduceLROnPlateau scheduler(optimizer_,
                              ReduceLROnPlateauOptions().factor(0.5).patience(1).cooldown(1));
  const std::vector<double> measures = {3, 2, 2, 2, 2, 2, 2, 1, NAN, 1};
  const std::vector<double> rates = {.5, .5, .5, .25, .25, .25, .125, .125, .125, .0625};
  for (size_t i = 0; i < measures.size(); ++i) {
    scheduler.step(measures[i]);
    EXPECT_EQ(optimizer_.lr(), rates[i]) << i;
  }
  ReduceLROnPlateau other(optimizer_, ReduceLROnPlateauOptions().patience(0).min_lr(0.05));
  other.load_state_dict(scheduler.state_dict());
  other.step(1);
  EXPECT_EQ(optimizer_.lr(), 0.0625);  // the cooldown went along
  other.step(1);
  EXPECT_EQ(optimizer_.lr(), 0.05);
}

TEST_F(Schedules, MakeNoNewTrace) {
  LambdaLR scheduler(optimizer_,
                     [](int64_t t) { return t < 15 ? 0.1 * static_cast<double>(t) : 0; });
  using metrics::Counter;
  constexpr Counter kCounters[] = {Counter::trie_nodes_made, Counter::types_inferred,
                                   Counter::plans_made, Counter::kernels_compiled};
  std::vector<uint64_t> before;
  for (int step = 0; step < 20; ++step) {
    optimizer_.zero_grad();
    (weight_ * weight_).sum().backward();
    optimizer_.step();
    eval();
    scheduler.step();
    if (step != 2) continue;
    for (const Counter counter : kCounters) before.push_back(metrics::value(counter));
  }
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(metrics::value(kCounters[i]), before[i]) << metrics::name(kCounters[i]);
  }
}

TEST_F(Schedules, RefuseBadArguments) {
  EXPECT_THROW(StepLR(optimizer_, 0), ValueError);
  EXPECT_THROW(MultiStepLR(optimizer_, {3, 3}), ValueError);
  EXPECT_THROW(CosineAnnealingLR(optimizer_, 0), ValueError);
  EXPECT_THROW(LinearLR(optimizer_, 0), ValueError);
  EXPECT_THROW(LinearLR(optimizer_, 0.5, 1, 0), ValueError);
  EXPECT_THROW(LambdaLR(optimizer_, std::vector<LambdaLR::Function>{}), ValueError);
  EXPECT_THROW(OneCycleLR(optimizer_, OneCycleLROptions(0, 3)), ValueError);
  EXPECT_THROW(OneCycleLR(optimizer_, OneCycleLROptions(1, 0)), ValueError);
  EXPECT_THROW(SequentialLR(optimizer_, {}, {}), ValueError);
  EXPECT_THROW(SequentialLR(optimizer_, {nullptr}, {}), ValueError);
  EXPECT_THROW(ReduceLROnPlateau(optimizer_, ReduceLROnPlateauOptions().factor(1)), ValueError);
  EXPECT_THROW(ReduceLROnPlateau(optimizer_, ReduceLROnPlateauOptions().patience(-1)), ValueError);
}

}  // namespace
}  // namespace lazuli::optim
