#include "lazuli/optim/optim.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(SGD, HasDampeningAndNesterov) {
  for (const bool is_nesterov : {false, true}) {
    const double dampening = is_nesterov ? 0 : 0.3;
    Tensor weight = parameter({1});
    SGD optimizer({weight},
                  SGDOptions(0.1).momentum(0.9).dampening(dampening).nesterov(is_nesterov));
    double value = 1;
    double velocity = 0;
    for (int step = 0; step < 5; ++step) {
      const double grad = 0.5 + step;
      weight.set_grad(gradient({static_cast<float>(grad)}));
      optimizer.step();
      velocity = step == 0 ? grad : 0.9 * velocity + (1 - dampening) * grad;
      value -= 0.1 * (is_nesterov ? grad + 0.9 * velocity : velocity);
      expect_near(weight, {value});
    }
  }
}

TEST(Adam, HasAmsgrad) {
  Tensor weight = parameter({1});
  Adam optimizer({weight}, AdamOptions(0.1).amsgrad(true).betas({0.9, 0.5}));
  double value = 1, average = 0, square = 0, largest = 0;
  for (int step = 1; step <= 10; ++step) {
    const double grad = step < 4 ? 2 : 0.125;
    weight.set_grad(gradient({static_cast<float>(grad)}));
    optimizer.step();
    average = 0.9 * average + 0.1 * grad;
    square = 0.5 * square + 0.5 * grad * grad;
    largest = std::max(largest, square);
    value -= 0.1 * (average / (1 - std::pow(0.9, step))) /
             (std::sqrt(largest / (1 - std::pow(0.5, step))) + 1e-8);
    expect_near(weight, {value});
  }
}

TEST(AdamW, DecaysWeightsBesideTheGradient) {
  Tensor weight = parameter({2});
  AdamW optimizer({weight}, AdamWOptions(0.1).weight_decay(0.2));
  AdamReference expected{2};
  for (int step = 0; step < 5; ++step) {
    weight.set_grad(gradient({0.5}));
    optimizer.step();
    expected.value *= 1 - 0.1 * 0.2;
    expected.move(0.5, AdamOptions(0.1));
    expect_near(weight, {expected.value});
  }
  EXPECT_EQ(AdamWOptions().weight_decay(), 1e-2);
}

TEST(Adagrad, FollowsItsDefinition) {
  Tensor weight = parameter({2});
  Adagrad optimizer(
      {weight},
      AdagradOptions(0.1).lr_decay(0.5).weight_decay(0.01).initial_accumulator_value(0.25));
  double value = 2, sum = 0.25;
  for (int step = 0; step < 5; ++step) {
    weight.set_grad(gradient({static_cast<float>(1.0 + step)}));
    optimizer.step();
    const double grad = 1.0 + step + 0.01 * value;
    sum += grad * grad;
    value -= 0.1 / (1 + step * 0.5) * grad / (std::sqrt(sum) + 1e-10);
    expect_near(weight, {value});
  }
}

TEST(RMSprop, FollowsItsDefinition) {
  for (const bool is_centered : {false, true}) {
    for (const double momentum : {0.0, 0.5}) {
      Tensor weight = parameter({2});
      RMSprop optimizer(
          {weight},
          RMSpropOptions(0.1).alpha(0.8).eps(1e-3).weight_decay(0.01).momentum(momentum).centered(
              is_centered));
      double value = 2, square = 0, average = 0, velocity = 0;
      for (int step = 0; step < 5; ++step) {
        weight.set_grad(gradient({static_cast<float>(1.0 + step)}));
        optimizer.step();
        const double grad = 1.0 + step + 0.01 * value;
        square = 0.8 * square + 0.2 * grad * grad;
        average = 0.8 * average + 0.2 * grad;
        const double variance = is_centered ? square - average * average : square;
        velocity = momentum * velocity + grad / (std::sqrt(variance) + 1e-3);
        value -= 0.1 * velocity;
        expect_near(weight, {value});
      }
    }
  }
}

TEST(Optimizer, HasGroupsWithTheirOwnOptions) {
  Tensor fast = parameter({1});
  Tensor slow = parameter({1});
  SGD optimizer({{{fast}, SGDOptions(0.5)}, {{slow}, SGDOptions(0.25).weight_decay(1)}});
  fast.set_grad(gradient({1}));
  slow.set_grad(gradient({1}));
  optimizer.step();
  expect_near(fast, {0.5});
  expect_near(slow, {0.5});
  EXPECT_EQ(optimizer.group_count(), 2u);
  optimizer.set_lr(1, 0);
  EXPECT_EQ(optimizer.lr(0), 0.5);
  optimizer.step();
  expect_near(fast, {0});
  expect_near(slow, {0.5});
  optimizer.param_groups()[1].options().lr(1).weight_decay(0);
  optimizer.step();
  expect_near(slow, {-0.5});
  EXPECT_EQ(optimizer.initial_lr(1), 0.25);
  EXPECT_THROW(optimizer.set_lr(2, 1), IndexError);
}

TEST(Optimizer, GoesOnFromItsState) {
  const auto train = [](Adam& optimizer, Tensor& weight, int steps) {
    for (int step = 0; step < steps; ++step) {
      optimizer.zero_grad();
      (weight * weight * weight).sum().backward();
      optimizer.step();
    }
  };
  Tensor straight = parameter({1, 2});
  Adam once(NamedTensors{{"weight", straight}}, 0.1);
  train(once, straight, 3);
  once.set_lr(0.07);
  Tensor resumed = parameter(straight.to_vector<float>());
  Adam again(NamedTensors{{"weight", resumed}}, 0.1);
  const NamedTensors state = once.state_dict();
  ASSERT_EQ(state.size(), 4u);
  EXPECT_EQ(state[0].first, "state.weight.step");
  EXPECT_EQ(state[1].first, "state.weight.exp_avg");
  EXPECT_EQ(state[3].first, "groups.0.lr");
  again.load_state_dict(state);
  EXPECT_EQ(again.lr(), 0.07);
  train(once, straight, 3);
  train(again, resumed, 3);
  EXPECT_EQ(straight.to_vector<float>(), resumed.to_vector<float>());
}

TEST(Optimizer, TellsAStateThatDoesNotFit) {
  Tensor weight = parameter({1});
  Adam adam({weight});
  SGD sgd({weight}, SGDOptions(0.1).momentum(0.9));
  try {
    sgd.load_state_dict(adam.state_dict());
    ADD_FAILURE() << "nothing thrown";
  } catch (const ValueError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("state.0.momentum_buffer: missing, need f32[1]"), std::string::npos);
    EXPECT_NE(text.find("state.0.exp_avg: unexpected, f32[1]"), std::string::npos);
  }
  EXPECT_THROW(SGD(NamedTensors{{"a", weight}, {"a", parameter({1})}}, 0.1), ValueError);
}

// Launches of one step over many parameters of different shapes.
template <typename Method, typename Options>
uint64_t launches_of_a_step(const Options& options) {
  std::vector<Tensor> weights;
  for (const int64_t size : {3, 100, 1, 64, 5000, 17}) {
    weights.push_back(ones({size, 2}).requires_grad_());
  }
  Method optimizer(weights, options);
  uint64_t before = 0;
  for (int step = 0; step < 3; ++step) {
    for (const Tensor& weight : weights) weight.set_grad(ones(weight.sizes()));
    eval();
    before = metrics::value(metrics::Counter::launches);
    optimizer.step();
    eval();
  }
  weights[0].to_vector<float>();
  return metrics::value(metrics::Counter::launches) - before;
}

TEST(Optimizer, MovesAllParametersInOneLaunch) {
  EXPECT_EQ(launches_of_a_step<SGD>(SGDOptions(0.1)), 1u);
  EXPECT_EQ(launches_of_a_step<SGD>(SGDOptions(0.1).momentum(0.9).nesterov(true)), 1u);
  EXPECT_EQ(launches_of_a_step<Adam>(AdamOptions(0.1).weight_decay(0.1).amsgrad(true)), 1u);
  EXPECT_EQ(launches_of_a_step<AdamW>(AdamWOptions(0.1)), 1u);
  EXPECT_EQ(launches_of_a_step<Adagrad>(AdagradOptions(0.1)), 1u);
  EXPECT_EQ(launches_of_a_step<RMSprop>(RMSpropOptions(0.1).momentum(0.5).centered(true)), 1u);
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
  EXPECT_THROW(SGD(std::vector<Tensor>{}, 0.1), ValueError);
  EXPECT_THROW(SGD(std::vector<Tensor>{Tensor()}, 0.1), ValueError);
  EXPECT_THROW(SGD({weight, weight}, 0.1), ValueError);
  EXPECT_THROW(SGD({gradient({1})}, 0.1), ValueError);
  EXPECT_THROW(SGD({weight * 2}, 0.1), ValueError);
  EXPECT_THROW(SGD({weight}, -0.1), ValueError);
  EXPECT_THROW(SGD({weight}, SGDOptions(0.1).momentum(-1)), ValueError);
  EXPECT_THROW(Adam({weight}, AdamOptions(-1)), ValueError);
  EXPECT_THROW(Adam({weight}, AdamOptions().betas({1, 0.9})), ValueError);
  EXPECT_THROW(Adam({weight}, AdamOptions().eps(-1)), ValueError);
  EXPECT_THROW(Adam({weight}).set_lr(-1), ValueError);
  EXPECT_THROW(SGD({weight}, SGDOptions(0.1).nesterov(true)), ValueError);
  EXPECT_THROW(Adagrad({weight}, AdagradOptions(0.1).lr_decay(-1)), ValueError);
  EXPECT_THROW(RMSprop({weight}, RMSpropOptions(0.1).alpha(-1)), ValueError);
}

}  // namespace
}  // namespace lazuli::optim
