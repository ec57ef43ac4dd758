#include "lazuli/optim/optim.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/base/metrics.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {
namespace {

Tensor parameter(const std::vector<float>& values) {
  Tensor tensor = from_vector(values, {static_cast<int64_t>(values.size())});
  tensor.requires_grad_();
  return tensor;
}

Tensor gradient(const std::vector<float>& values) {
  return from_vector(values, {static_cast<int64_t>(values.size())});
}

void expect_near(const Tensor& tensor, const std::vector<double>& expected) {
  const std::vector<float> values = tensor.to_vector<float>();
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(values[i], expected[i], 1e-6 * (1 + std::fabs(expected[i]))) << i;
  }
}

// One parameter's value by the written definition, in double.
struct AdamReference {
  double value, average = 0, square = 0;
  int step = 0;
  void move(double grad, const AdamOptions& options) {
    const auto [beta1, beta2] = options.betas();
    ++step;
    grad += options.weight_decay() * value;
    average = beta1 * average + (1 - beta1) * grad;
    square = beta2 * square + (1 - beta2) * grad * grad;
    const double average_hat = average / (1 - std::pow(beta1, step));
    const double square_hat = square / (1 - std::pow(beta2, step));
    value -= options.lr() * average_hat / (std::sqrt(square_hat) + options.eps());
  }
};

TEST(SGD, FollowsTheGradient) {
  Tensor weight = parameter({1, 2});
  SGD optimizer({weight}, 0.5);
  weight.set_grad(gradient({2, -4}));
  optimizer.step();
  expect_near(weight, {0, 4});
  optimizer.set_lr(0.25);
  optimizer.step();
  expect_near(weight, {-0.5, 5});
}

TEST(SGD, HasMomentumAndWeightDecay) {
  Tensor weight = parameter({1, -3});
  SGD optimizer({weight}, SGDOptions(0.1).momentum(0.9).weight_decay(0.01));
  double value[] = {1, -3};
  double velocity[] = {0, 0};
  for (int step = 0; step < 5; ++step) {
    const double grads[] = {0.5 + step, -1.0};
    weight.set_grad(gradient({static_cast<float>(grads[0]), static_cast<float>(grads[1])}));
    optimizer.step();
    for (int i = 0; i < 2; ++i) {
      velocity[i] = 0.9 * velocity[i] + grads[i] + 0.01 * value[i];
      value[i] -= 0.1 * velocity[i];
    }
    expect_near(weight, {value[0], value[1]});
  }
}

TEST(Adam, FollowsItsDefinition) {
  for (const AdamOptions& options :
       {AdamOptions(), AdamOptions(0.05).betas({0.8, 0.95}).eps(1e-3).weight_decay(0.1)}) {
    Tensor weight = parameter({1, -2, 0.5f});
    Adam optimizer({weight}, options);
    AdamReference expected[] = {{1}, {-2}, {0.5}};
    for (int step = 0; step < 20; ++step) {
      const std::vector<float> grads = {std::sin(static_cast<float>(step)), 1e-3f, -5};
      weight.set_grad(gradient(grads));
      optimizer.step();
      for (int i = 0; i < 3; ++i) expected[i].move(grads[i], options);
      expect_near(weight, {expected[0].value, expected[1].value, expected[2].value});
    }
  }
}

TEST(Adam, CountsTheStepsOfEachParameter) {
  Tensor often = parameter({1});
  Tensor rarely = parameter({1});
  Adam optimizer({often, rarely}, 0.1);
  AdamReference expected{1};
  for (int step = 0; step < 4; ++step) {
    optimizer.zero_grad();
    often.set_grad(gradient({1}));
    if (step == 3) rarely.set_grad(gradient({1}));
    optimizer.step();
  }
  expected.move(1, optimizer.options());
  expect_near(rarely, {expected.value});
}

TEST(Adam, HasOneTraceForAllSteps) {
  Tensor weight = parameter({1, 2, 3});
  Adam optimizer({weight});
  uint64_t plans = 0;
  for (int step = 0; step < 10; ++step) {
    optimizer.zero_grad();
    (weight * weight).sum().backward();
    optimizer.step();
    eval();
    if (step == 2) plans = metrics::value(metrics::Counter::plans_made);
  }
  EXPECT_EQ(metrics::value(metrics::Counter::plans_made), plans);
}

TEST(Optimizer, KeepsWritingTheSameTensor) {
  Tensor weight = parameter({1, 2});
  const Tensor alias = weight;
  Adam optimizer({weight});
  weight.set_grad(gradient({1, 1}));
  optimizer.step();
  EXPECT_TRUE(weight.is_leaf());
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_EQ(alias.to_vector<float>(), weight.to_vector<float>());
  EXPECT_NE(alias.to_vector<float>()[0], 1);
}

TEST(Optimizer, ForgetsGradients) {
  Tensor weight = parameter({1, 2});
  SGD optimizer({weight}, 1);
  weight.set_grad(gradient({1, 1}));
  optimizer.zero_grad(false);
  expect_near(weight.grad(), {0, 0});
  optimizer.zero_grad();
  EXPECT_FALSE(weight.grad().defined());
  optimizer.step();
  expect_near(weight, {1, 2});
}

TEST(Optimizer, RefusesBadArguments) {
  Tensor weight = parameter({1});
  EXPECT_THROW(SGD({}, 0.1), ValueError);
  EXPECT_THROW(SGD({Tensor()}, 0.1), ValueError);
  EXPECT_THROW(SGD({weight, weight}, 0.1), ValueError);
  EXPECT_THROW(SGD({gradient({1})}, 0.1), ValueError);
  EXPECT_THROW(SGD({weight * 2}, 0.1), ValueError);
  EXPECT_THROW(SGD({weight}, -0.1), ValueError);
  EXPECT_THROW(SGD({weight}, SGDOptions(0.1).momentum(-1)), ValueError);
  EXPECT_THROW(Adam({weight}, AdamOptions(-1)), ValueError);
  EXPECT_THROW(Adam({weight}, AdamOptions().betas({1, 0.9})), ValueError);
  EXPECT_THROW(Adam({weight}, AdamOptions().eps(-1)), ValueError);
  EXPECT_THROW(Adam({weight}).set_lr(-1), ValueError);
}

}  // namespace
}  // namespace lazuli::optim
