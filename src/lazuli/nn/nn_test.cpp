#include "lazuli/nn/nn.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {
namespace {

std::vector<std::string> names_of(const Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.named_parameters()) names.push_back(name);
  return names;
}

TEST(Linear, HasLibtorchsNamesAndShapes) {
  Linear layer(3, 2);
  EXPECT_EQ(names_of(*layer), (std::vector<std::string>{"weight", "bias"}));
  EXPECT_EQ(layer->weight.sizes(), (Shape{2, 3}));
  EXPECT_EQ(layer->bias.sizes(), (Shape{2}));
  EXPECT_TRUE(layer->weight.requires_grad());
  EXPECT_TRUE(layer->weight.is_leaf());
  Linear without(LinearOptions(3, 2).bias(false));
  EXPECT_EQ(names_of(*without), (std::vector<std::string>{"weight"}));
  EXPECT_FALSE(without->bias.defined());
}

TEST(Linear, MultipliesByTheTransposedWeight) {
  Linear layer(2, 3);
  {
    const NoGradGuard no_grad;
    layer->weight.copy_(from_vector<float>({1, 2, 3, 4, 5, 6}, {3, 2}));
    layer->bias.copy_(from_vector<float>({10, 20, 30}, {3}));
  }
  const Tensor input = from_vector<float>({1, 1, 0, 2}, {2, 2});
  EXPECT_EQ(layer(input).to_vector<float>(), (std::vector<float>{13, 27, 41, 14, 28, 42}));
}

TEST(Linear, DrawsUniformlyWithinTheBound) {
  manual_seed(1);
  Linear layer(400, 500);
  const std::vector<float> weight = layer->weight.to_vector<float>();
  const double bound = 1 / std::sqrt(400.0);
  double sum = 0;
  double squares = 0;
  for (const float value : weight) {
    ASSERT_LE(std::fabs(value), bound * 1.0001);
    sum += value;
    squares += value * value;
  }
  const double count = static_cast<double>(weight.size());
  EXPECT_NEAR(sum / count, 0, bound * 0.01);
  EXPECT_NEAR(squares / count, bound * bound / 3, bound * bound * 0.01);
  manual_seed(1);
  EXPECT_EQ(Linear(400, 500)->weight.to_vector<float>(), weight);
  for (const float value : layer->bias.to_vector<float>())
    EXPECT_LE(std::fabs(value), bound * 1.0001);
}

TEST(Linear, RefusesNoFeatures) {
  EXPECT_THROW(Linear(0, 3), ValueError);
  EXPECT_THROW(Linear(3, -1), ValueError);
}

TEST(Activations, AreTheirFunctions) {
  const Tensor input = from_vector<float>({-1, 0, 2}, {3});
  EXPECT_EQ(ReLU()(input).to_vector<float>(), (std::vector<float>{0, 0, 2}));
  const std::vector<float> tanh = Tanh()(input).to_vector<float>();
  EXPECT_FLOAT_EQ(tanh[0], std::tanh(-1.0f));
  EXPECT_FLOAT_EQ(tanh[2], std::tanh(2.0f));
}

TEST(Sequential, RunsItsModulesInOrder) {
  Linear first(4, 5);
  Linear last(5, 2);
  Sequential model(first, ReLU(), last);
  EXPECT_EQ(names_of(*model),
            (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"}));
  const Tensor input = randn({3, 4});
  EXPECT_EQ(model(input).to_vector<float>(), last(first(input).relu()).to_vector<float>());
  EXPECT_EQ(model->size(), 3u);
  EXPECT_EQ((*model)[2], last.ptr());
  EXPECT_THROW((*model)[3], IndexError);
}

TEST(Sequential, GrowsAndNests) {
  Sequential inner;
  EXPECT_TRUE(inner->is_empty());
  inner->push_back(Linear(2, 2));
  inner->push_back(std::make_shared<TanhImpl>());
  Sequential outer(inner, Linear(2, 1));
  EXPECT_EQ(names_of(*outer),
            (std::vector<std::string>{"0.0.weight", "0.0.bias", "1.weight", "1.bias"}));
  EXPECT_EQ(outer(randn({7, 2})).sizes(), (Shape{7, 1}));
}

// A model as users write it.
class Net : public Module {
 public:
  Net() : scale(register_parameter("scale", ones({2}))) {
    hidden = register_module("hidden", Linear(3, 2));
    again = register_module("again", hidden);
  }
  Tensor forward(const Tensor& input) override { return hidden(input) * scale; }

  Tensor scale;
  Linear hidden{nullptr};
  Linear again{nullptr};
};

TEST(Module, ListsSharedParametersOnce) {
  Net net;
  EXPECT_EQ(names_of(net), (std::vector<std::string>{"scale", "hidden.weight", "hidden.bias"}));
  EXPECT_EQ(net.parameters(false).size(), 1u);
  EXPECT_EQ(net.children().size(), 2u);
  EXPECT_EQ(net.named_children()[1].first, "again");
}

TEST(Module, ForgetsGradients) {
  Net net;
  net.forward(randn({4, 3})).sum().backward();
  for (const Tensor& parameter : net.parameters()) EXPECT_TRUE(parameter.grad().defined());
  net.zero_grad(false);
  EXPECT_EQ(net.scale.grad().to_vector<float>(), (std::vector<float>{0, 0}));
  net.zero_grad();
  for (const Tensor& parameter : net.parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST(Module, PassesItsModeToChildren) {
  Net net;
  EXPECT_TRUE(net.hidden->is_training());
  net.eval();
  EXPECT_FALSE(net.is_training());
  EXPECT_FALSE(net.hidden->is_training());
  net.train();
  EXPECT_TRUE(net.hidden->is_training());
}

TEST(Module, RefusesBadRegistrations) {
  Net net;
  EXPECT_THROW(net.register_parameter("scale", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("hidden", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("a.b", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("undefined", Tensor()), ValueError);
  EXPECT_THROW(net.register_module("empty", Linear(nullptr)), ValueError);
  EXPECT_THROW(Module().forward(ones({1})), ValueError);
}

}  // namespace
}  // namespace lazuli::nn
