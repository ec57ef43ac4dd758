// Layers, containers and losses.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/nn/nn.h"
#include "lazuli/nn/test_names.h"

namespace lazuli::nn {
namespace {

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
  const auto expect_same = [](const Tensor& x, const Tensor& y) {
    EXPECT_EQ(x.to_vector<float>(), y.to_vector<float>());
  };
  expect_same(ReLU6()(input * 5), relu6(input * 5));
  expect_same(Sigmoid()(input), sigmoid(input));
  expect_same(LogSigmoid()(input), log_sigmoid(input));
  expect_same(SiLU()(input), silu(input));
  expect_same(SELU()(input), selu(input));
  expect_same(Mish()(input), mish(input));
  expect_same(Softsign()(input), softsign(input));
  expect_same(Hardsigmoid()(input), hardsigmoid(input));
  expect_same(Hardswish()(input), hardswish(input));
  expect_same(GELU()(input), gelu(input));
  expect_same(GELU("tanh")(input), gelu(input, "tanh"));
  expect_same(ELU(0.5)(input), elu(input, 0.5));
  expect_same(CELU(0.5)(input), celu(input, 0.5));
  expect_same(LeakyReLU(0.2)(input), leaky_relu(input, 0.2));
  expect_same(Softplus(2, 3)(input), softplus(input, 2, 3));
  expect_same(Softshrink(0.75)(input), softshrink(input, 0.75));
  expect_same(Hardtanh(-0.5, 1.5)(input), hardtanh(input, -0.5, 1.5));
  expect_same(Threshold(0.5, 7)(input), threshold(input, 0.5, 7));
  EXPECT_EQ(to_string(*Sequential(ReLU(), Softplus(), Threshold(0.5, 7), GELU("tanh"))),
            "Sequential(\n"
            "  (0): ReLU()\n"
            "  (1): Softplus(beta=1, threshold=20)\n"
            "  (2): Threshold(threshold=0.5, value=7)\n"
            "  (3): GELU(approximate=tanh)\n"
            ")");
  EXPECT_THROW(GELU("erf")(input), ValueError);
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

TEST(Sequential, TakesNames) {
  Sequential model({{"hidden", Linear(3, 2)}, {"act", ReLU()}});
  EXPECT_EQ(names_of(*model), (std::vector<std::string>{"hidden.weight", "hidden.bias"}));
  EXPECT_THROW(model->push_back("act", ReLU()), ValueError);
}

TEST(Activations, OfARow) {
  const Tensor input = randn({2, 5});
  EXPECT_EQ(Softmax(1)(input).to_vector<float>(), softmax(input, 1).to_vector<float>());
  EXPECT_EQ(LogSoftmax(-1)(input).to_vector<float>(), log_softmax(input, 1).to_vector<float>());
  EXPECT_TRUE(Identity()(input).is_same(input));
}

TEST(Flatten, JoinsDimensions) {
  const Tensor input = ones({2, 3, 4, 5});
  EXPECT_EQ(Flatten()(input).sizes(), (Shape{2, 60}));
  EXPECT_EQ(Flatten(0)(input).sizes(), (Shape{120}));
  EXPECT_EQ(Flatten(1, 2)(input).sizes(), (Shape{2, 12, 5}));
  EXPECT_EQ(Flatten(0)(ones({})).sizes(), (Shape{1}));
  EXPECT_THROW(Flatten(2, 1)(input), ValueError);
  EXPECT_THROW(Flatten(4)(input), IndexError);
}

TEST(ModuleList, HoldsModulesByPlace) {
  ModuleList list(Linear(2, 3), ReLU());
  list->push_back(Linear(3, 1));
  EXPECT_EQ(list->size(), 3u);
  EXPECT_EQ(names_of(*list),
            (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"}));
  EXPECT_EQ(list->at<LinearImpl>(2).options.in_features(), 3);
  EXPECT_THROW(list->at<LinearImpl>(1), TypeError);
  EXPECT_THROW((*list)[3], IndexError);
}

TEST(ModuleDict, HoldsModulesByName) {
  ModuleDict dict;
  dict->insert("encode", Linear(2, 3));
  dict->insert("act", std::make_shared<ReLUImpl>());
  EXPECT_EQ(names_of(*dict), (std::vector<std::string>{"encode.weight", "encode.bias"}));
  EXPECT_TRUE(dict->contains("act"));
  EXPECT_FALSE(dict->contains("decode"));
  EXPECT_EQ(dict->at<LinearImpl>("encode").options.out_features(), 3);
  EXPECT_THROW(dict->at<LinearImpl>("act"), TypeError);
  EXPECT_THROW((*dict)["decode"], IndexError);
  EXPECT_THROW(dict->insert("act", ReLU()), ValueError);
}

TEST(Embedding, KeepsItsPaddingAtZero) {
  Embedding table(EmbeddingOptions(5, 3).padding_idx(-1));
  const Tensor input = from_list({int64_t{4}, int64_t{0}});
  const Tensor rows = table(input);
  EXPECT_EQ(rows[0].to_vector<float>(), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(rows[1].to_vector<float>(), table->weight[0].to_vector<float>());
  rows.sum().backward();
  EXPECT_EQ(table->weight.grad()[4].to_vector<float>(), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(table->weight.grad()[0].to_vector<float>(), (std::vector<float>{1, 1, 1}));
  EXPECT_TRUE(table->weight.is_leaf());
  EXPECT_THROW(Embedding(0, 3), ValueError);
  EXPECT_THROW(Embedding(EmbeddingOptions(5, 3).padding_idx(5)), IndexError);
}

TEST(LayerNorm, HasItsParameters) {
  LayerNorm plain(LayerNormOptions({4}).elementwise_affine(false));
  LayerNorm affine(Shape{2, 4});
  EXPECT_TRUE(plain->parameters().empty());
  EXPECT_EQ(names_of(*affine), (std::vector<std::string>{"weight", "bias"}));
  const Tensor input = randn({3, 2, 4});
  EXPECT_EQ(affine(input).to_vector<float>(), layer_norm(input, {2, 4}).to_vector<float>());
  EXPECT_EQ(plain(input).to_vector<float>(), layer_norm(input, {4}).to_vector<float>());
  RMSNorm root(RMSNormOptions({4}).eps(0.5));
  EXPECT_EQ(root(input).to_vector<float>(),
            rms_norm(input, {4}, ones({4}), 0.5).to_vector<float>());
  EXPECT_THROW(LayerNorm(Shape{}), ValueError);
  EXPECT_THROW(RMSNorm(Shape{0}), ValueError);
}

TEST(Dropout, WorksInTrainingAlone) {
  Sequential model(Dropout(0.5));
  const Tensor input = ones({64, 64});
  const Tensor dropped = model(input);
  EXPECT_NEAR(dropped.mean().item<float>(), 1, 0.1);
  EXPECT_EQ(dropped.amax().item<float>(), 2);
  EXPECT_EQ(dropped.amin().item<float>(), 0);
  model->eval();
  EXPECT_TRUE(model(input).is_same(input));
  EXPECT_THROW(Dropout(-0.1), ValueError);
}

TEST(Losses, AreTheirFunctions) {
  const Tensor a = rand({3, 4}) * 0.9 + 0.05;
  const Tensor b = rand({3, 4});
  const Tensor classes = from_list({int64_t{1}, int64_t{3}, int64_t{0}});
  const Tensor weight = rand({4});
  const auto expect_same = [](const Tensor& x, const Tensor& y) {
    EXPECT_EQ(x.to_vector<float>(), y.to_vector<float>());
  };
  expect_same(MSELoss(Reduction::Sum)(a, b), mse_loss(a, b, Reduction::Sum));
  expect_same(L1Loss()(a, b), l1_loss(a, b));
  expect_same(SmoothL1Loss(Reduction::None, 0.5)(a, b), smooth_l1_loss(a, b, Reduction::None, 0.5));
  expect_same(HuberLoss(Reduction::Mean, 0.5)(a, b), huber_loss(a, b, Reduction::Mean, 0.5));
  expect_same(BCELoss()(a, b), binary_cross_entropy(a, b));
  expect_same(BCEWithLogitsLoss(Reduction::Mean, weight, weight)(a, b),
              binary_cross_entropy_with_logits(a, b, weight, weight));
  expect_same(KLDivLoss(Reduction::Sum, true)(a, b), kl_div(a, b, Reduction::Sum, true));
  expect_same(CosineSimilarity(0)(a, b), cosine_similarity(a, b, 0));
  expect_same(NLLLoss(ClassLossOptions().weight(weight).ignore_index(3))(a, classes),
              nll_loss(a, classes, weight, Reduction::Mean, 3));
  const CrossEntropyLoss loss(ClassLossOptions().weight(weight).label_smoothing(0.1));
  expect_same(loss(a, classes), cross_entropy(a, classes, weight, Reduction::Mean, -100, 0.1));
  EXPECT_EQ(loss->named_buffers().size(), 1u);
  EXPECT_EQ(to_string(*loss),
            "CrossEntropyLoss(reduction=mean, ignore_index=-100, label_smoothing=0.1)");
}

}  // namespace
}  // namespace lazuli::nn
