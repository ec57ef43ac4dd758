// The functions of ops/nn.yaml: values against references in double precision, gradients against
// differences of those references.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

using Doubles = std::vector<double>;
using Inputs = std::vector<Doubles>;

struct Case {
  const char* name;
  std::vector<Shape> shapes;
  std::function<Tensor(const std::vector<Tensor>&)> function;
  std::function<Doubles(const Inputs&)> reference;
  double low = -2;
  double high = 2;
};

// Numbers that repeat for equal seeds.
Doubles sample(int64_t count, int seed, double low, double high) {
  Doubles values;
  for (int64_t i = 0; i < count; ++i) {
    const double x = std::sin(12.9898 * static_cast<double>(i + 1) + 78.233 * seed) * 43758.5453;
    values.push_back(static_cast<float>(low + (high - low) * (x - std::floor(x))));
  }
  return values;
}

Tensor tensor_of(const Doubles& values, const Shape& shape) {
  return from_vector(std::vector<float>(values.begin(), values.end()), shape);
}

double weighted(const Doubles& values) {
  const Doubles weights = sample(static_cast<int64_t>(values.size()), 99, 0.5, 1.5);
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum;
}

void expect_case(const Case& c) {
  SCOPED_TRACE(c.name);
  Inputs inputs;
  std::vector<Tensor> leaves;
  for (size_t i = 0; i < c.shapes.size(); ++i) {
    inputs.push_back(sample(c.shapes[i].product(), static_cast<int>(i) + 1, c.low, c.high));
    leaves.push_back(tensor_of(inputs.back(), c.shapes[i]).requires_grad_());
  }
  const Tensor result = c.function(leaves);
  const Doubles expected = c.reference(inputs);
  const std::vector<float> got = result.to_vector<float>();
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 2e-6 * (1 + std::abs(expected[i]))) << "element " << i;
  }
  const Doubles weights = sample(result.numel(), 99, 0.5, 1.5);
  result.backward(tensor_of(weights, result.sizes()));
  constexpr double kStep = 1e-5;
  for (size_t k = 0; k < inputs.size(); ++k) {
    ASSERT_TRUE(leaves[k].grad().defined()) << "operand " << k;
    const std::vector<float> gradient = leaves[k].grad().to_vector<float>();
    for (size_t i = 0; i < gradient.size(); ++i) {
      Inputs moved = inputs;
      moved[k][i] += kStep;
      const double above = weighted(c.reference(moved));
      moved[k][i] = inputs[k][i] - kStep;
      const double slope = (above - weighted(c.reference(moved))) / (2 * kStep);
      EXPECT_NEAR(gradient[i], slope, 2e-5 * (1 + std::abs(slope)))
          << "operand " << k << " element " << i;
    }
  }
}

// One loss an element, then the mean.
std::function<Doubles(const Inputs&)> mean_of(double (*loss)(double, double)) {
  return [loss](const Inputs& x) {
    double sum = 0;
    for (size_t i = 0; i < x[0].size(); ++i) sum += loss(x[0][i], x[1][i]);
    return Doubles{sum / static_cast<double>(x[0].size())};
  };
}

std::function<Doubles(const Inputs&)> each_of(double (*loss)(double, double)) {
  return [loss](const Inputs& x) {
    Doubles losses;
    for (size_t i = 0; i < x[0].size(); ++i) losses.push_back(loss(x[0][i], x[1][i]));
    return losses;
  };
}

using In = const std::vector<Tensor>&;

TEST(Losses, OfTwoTensors) {
  const std::vector<Shape> two = {{3, 4}, {3, 4}};
  const std::vector<Case> cases = {
      {"mse", two, [](In x) { return mse_loss(x[0], x[1]); },
       mean_of([](double a, double b) { return (a - b) * (a - b); })},
      {"mse none", two, [](In x) { return mse_loss(x[0], x[1], Reduction::None); },
       each_of([](double a, double b) { return (a - b) * (a - b); })},
      {"l1", two, [](In x) { return l1_loss(x[0], x[1]); },
       mean_of([](double a, double b) { return std::abs(a - b); })},
      {"smooth_l1", two, [](In x) { return smooth_l1_loss(x[0], x[1], Reduction::Mean, 0.7); },
       mean_of([](double a, double b) {
         const double d = std::abs(a - b);
         return d < 0.7 ? d * d / 1.4 : d - 0.35;
       })},
      {"smooth_l1 of beta 0", two,
       [](In x) { return smooth_l1_loss(x[0], x[1], Reduction::None, 0); },
       each_of([](double a, double b) { return std::abs(a - b); })},
      {"huber", two, [](In x) { return huber_loss(x[0], x[1], Reduction::None, 0.7); },
       each_of([](double a, double b) {
         const double d = std::abs(a - b);
         return d < 0.7 ? d * d / 2 : 0.7 * (d - 0.35);
       })},
      {"bce", two, [](In x) { return binary_cross_entropy(x[0], x[1]); },
       mean_of([](double a, double b) { return -(b * std::log(a) + (1 - b) * std::log(1 - a)); }),
       0.05, 0.95},
      {"bce with logits", two,
       [](In x) { return binary_cross_entropy_with_logits(x[0], x[1], {}, {}, Reduction::None); },
       each_of([](double a, double b) {
         return -b * -std::log1p(std::exp(-a)) + (1 - b) * (a + std::log1p(std::exp(-a)));
       }),
       -3, 3},
      {"kl_div", two, [](In x) { return kl_div(x[0], x[1], Reduction::None); },
       each_of([](double a, double b) { return b * (std::log(b) - a); }), 0.1, 2},
      {"kl_div of logarithms", two, [](In x) { return kl_div(x[0], x[1], Reduction::Mean, true); },
       mean_of([](double a, double b) { return std::exp(b) * (b - a); })},
  };
  for (const Case& c : cases) expect_case(c);
}

TEST(Losses, HaveWeights) {
  expect_case({"bce",
               {{3, 4}, {3, 4}, {4}},
               [](In x) { return binary_cross_entropy(x[0], x[1], x[2], Reduction::None); },
               [](const Inputs& x) {
                 Doubles losses;
                 for (size_t i = 0; i < 12; ++i) {
                   const double a = x[0][i], b = x[1][i];
                   losses.push_back(-x[2][i % 4] * (b * std::log(a) + (1 - b) * std::log(1 - a)));
                 }
                 return losses;
               },
               0.05,
               0.95});
  expect_case({"bce with logits",
               {{3, 4}, {3, 4}, {4}, {4}},
               [](In x) {
                 return binary_cross_entropy_with_logits(x[0], x[1], x[2], x[3], Reduction::None);
               },
               [](const Inputs& x) {
                 Doubles losses;
                 for (size_t i = 0; i < 12; ++i) {
                   const double a = x[0][i], b = x[1][i], soft = std::log1p(std::exp(-a));
                   losses.push_back(x[2][i % 4] * (x[3][i % 4] * b * soft + (1 - b) * (a + soft)));
                 }
                 return losses;
               }});
}

TEST(Losses, KeepTheirDigitsAtTheEnds) {
  const Tensor logits = from_list({-30.0f, -18.0f, 18.0f, 100.0f, -200.0f, 0.0f}).requires_grad_();
  const Tensor target = from_list({0.0f, 0.0f, 1.0f, 1.0f, 1.0f, 1.0f});
  const Tensor losses = binary_cross_entropy_with_logits(logits, target, {}, {}, Reduction::None);
  const std::vector<float> got = losses.to_vector<float>();
  const Doubles expected = {std::log1p(std::exp(-30.0)),
                            std::log1p(std::exp(-18.0)),
                            std::log1p(std::exp(-18.0)),
                            std::log1p(std::exp(-100.0)),
                            200,
                            std::log(2.0)};
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(got[i], expected[i], 4e-7 * expected[i] + 1e-43) << i;
  losses.sum().backward();
  const std::vector<float> gradient = logits.grad().to_vector<float>();
  const Doubles slopes = {std::exp(-30.0), std::exp(-18.0), -std::exp(-18.0), 0, -1, -0.5};
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(gradient[i], slopes[i], 1e-6 * std::abs(slopes[i]) + 1e-7) << i;
  }
}

TEST(Losses, BoundLogarithmsOfProbabilities) {
  const Tensor self = from_list({0.0f, 1.0f, 0.0f}).requires_grad_();
  const Tensor target = from_list({1.0f, 0.0f, 0.0f});
  const Tensor losses = binary_cross_entropy(self, target, {}, Reduction::None);
  EXPECT_EQ(losses.to_vector<float>(), (std::vector<float>{100, 100, 0}));
  losses.sum().backward();
  const std::vector<float> gradient = self.grad().to_vector<float>();
  EXPECT_FLOAT_EQ(gradient[0], -1e12f);
  EXPECT_FLOAT_EQ(gradient[1], 1e12f);
  EXPECT_TRUE(
      std::isnan(binary_cross_entropy(from_list({-0.5f}), from_list({0.5f})).item<float>()));
}

TEST(Losses, CountNothingForNoProbability) {
  const Tensor self = from_list({-1.0f, -2.0f}).requires_grad_();
  const Tensor loss = kl_div(self, from_list({0.0f, 1.0f}), Reduction::None);
  EXPECT_EQ(loss.to_vector<float>(), (std::vector<float>{0, 2}));
  loss.sum().backward();
  EXPECT_EQ(self.grad().to_vector<float>(), (std::vector<float>{0, -1}));
}

TEST(Losses, HaveNoSlopeWhereBothAreEqual) {
  const Tensor self = from_list({1.0f, 2.0f}).requires_grad_();
  l1_loss(self, from_list({1.0f, 5.0f}), Reduction::Sum).backward();
  EXPECT_EQ(self.grad().to_vector<float>(), (std::vector<float>{0, -1}));
}

TEST(CosineSimilarity, IsThatOfItsDefinition) {
  expect_case({"cosine",
               {{2, 5, 3}, {2, 5, 3}},
               [](In x) { return cosine_similarity(x[0], x[1]); },
               [](const Inputs& x) {
                 Doubles result;
                 for (size_t i = 0; i < 2; ++i) {
                   for (size_t k = 0; k < 3; ++k) {
                     double product = 0, a = 0, b = 0;
                     for (size_t j = 0; j < 5; ++j) {
                       const size_t at = (i * 5 + j) * 3 + k;
                       product += x[0][at] * x[1][at];
                       a += x[0][at] * x[0][at];
                       b += x[1][at] * x[1][at];
                     }
                     result.push_back(product / std::sqrt(a * b));
                   }
                 }
                 return result;
               }});
  const Tensor zero = zeros({3}).requires_grad_();
  const Tensor similarity = cosine_similarity(zero, ones({3}), 0);
  EXPECT_EQ(similarity.item<float>(), 0);
  similarity.backward();
  for (const float slope : zero.grad().to_vector<float>()) EXPECT_TRUE(std::isfinite(slope));
}

// Log probabilities of the classes of row i.
Doubles log_softmax_of(const Doubles& x, size_t classes, size_t row) {
  double sum = 0;
  for (size_t c = 0; c < classes; ++c) sum += std::exp(x[row * classes + c]);
  Doubles result;
  for (size_t c = 0; c < classes; ++c) result.push_back(x[row * classes + c] - std::log(sum));
  return result;
}

const std::vector<int64_t> kTarget = {2, -1, 0, 1};  // the second is ignored where -1 is

double class_weight(size_t c) { return 0.5 + 0.25 * static_cast<double>(c); }
Tensor class_weights() { return from_list({0.5f, 0.75f, 1.0f}); }

Doubles cross_entropy_of(const Doubles& x, bool has_weights, double smoothing, bool is_mean) {
  Doubles losses;
  double total = 0, count = 0;
  for (size_t row = 0; row < 4; ++row) {
    losses.push_back(0);
    if (kTarget[row] < 0) continue;
    const Doubles logs = log_softmax_of(x, 3, row);
    const auto weight = [&](size_t c) { return has_weights ? class_weight(c) : 1; };
    const auto target = static_cast<size_t>(kTarget[row]);
    double loss = -(1 - smoothing) * weight(target) * logs[target];
    for (size_t c = 0; c < 3; ++c) loss -= smoothing / 3 * weight(c) * logs[c];
    losses.back() = loss;
    total += loss;
    count += weight(target);
  }
  if (is_mean) losses.assign(1, total / count);
  return losses;
}

TEST(CrossEntropy, HasWeightsIgnoredTargetsAndSmoothing) {
  for (const bool has_weights : {false, true}) {
    for (const double smoothing : {0.0, 0.1}) {
      for (const bool is_mean : {false, true}) {
        expect_case({"cross entropy",
                     {{4, 3}},
                     [&](In x) {
                       return cross_entropy(x[0], from_vector(kTarget, {4}),
                                            has_weights ? class_weights() : Tensor(),
                                            is_mean ? Reduction::Mean : Reduction::None, -1,
                                            smoothing);
                     },
                     [&](const Inputs& x) {
                       return cross_entropy_of(x[0], has_weights, smoothing, is_mean);
                     }});
      }
    }
  }
}

TEST(CrossEntropy, TakesProbabilities) {
  for (const double smoothing : {0.0, 0.2}) {
    expect_case({"probabilities",
                 {{4, 3}, {4, 3}},
                 [&](In x) {
                   return cross_entropy(x[0], x[1], class_weights(), Reduction::Mean, -100,
                                        smoothing);
                 },
                 [&](const Inputs& x) {
                   double total = 0;
                   for (size_t row = 0; row < 4; ++row) {
                     const Doubles logs = log_softmax_of(x[0], 3, row);
                     for (size_t c = 0; c < 3; ++c) {
                       const double target = (1 - smoothing) * x[1][row * 3 + c] + smoothing / 3;
                       total -= class_weight(c) * target * logs[c];
                     }
                   }
                   return Doubles{total / 4};
                 },
                 0.05,
                 1});
  }
}

TEST(CrossEntropy, TakesFurtherDimensionsAndVectors) {
  const Tensor x = tensor_of(sample(12, 5, -1, 1), {4, 3});
  const Tensor target = from_vector(std::vector<int64_t>{2, 1, 0, 1}, {4});
  const std::vector<float> rows = cross_entropy(x, target, {}, Reduction::None).to_vector<float>();
  // [2, 2] places of the same rows, their classes in the middle.
  const Tensor places = x.view({2, 2, 3}).permute({0, 2, 1});
  const Tensor losses = cross_entropy(places, target.view({2, 2}), {}, Reduction::None);
  EXPECT_EQ(losses.sizes(), (Shape{2, 2}));
  const std::vector<float> got = losses.to_vector<float>();
  const Tensor first = cross_entropy(x[0], target[0]);
  EXPECT_EQ(first.sizes(), Shape());
  for (size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(got[i], rows[i]);
  EXPECT_FLOAT_EQ(first.item<float>(), rows[0]);
  EXPECT_FLOAT_EQ(cross_entropy(x, target).item<float>(),
                  (rows[0] + rows[1] + rows[2] + rows[3]) / 4);
}

TEST(CrossEntropy, IsNaNWhereNothingCounts) {
  const Tensor x = zeros({1, 3});
  EXPECT_TRUE(std::isnan(cross_entropy(x, full({1}, -100)).item<float>()));
}

TEST(CrossEntropy, RefusesAClassOutOfRange) {
  EXPECT_THROW(cross_entropy(zeros({1, 3}), full({1}, 3)).item<float>(), DeviceError);
}

TEST(NllLoss, PicksTheTargetsElement) {
  expect_case({"nll",
               {{4, 3}},
               [](In x) {
                 return nll_loss(x[0], from_vector(kTarget, {4}), class_weights(), Reduction::Mean,
                                 -1);
               },
               [](const Inputs& x) {
                 double total = 0, count = 0;
                 for (size_t row = 0; row < 4; ++row) {
                   if (kTarget[row] < 0) continue;
                   const auto c = static_cast<size_t>(kTarget[row]);
                   total -= class_weight(c) * x[0][row * 3 + c];
                   count += class_weight(c);
                 }
                 return Doubles{total / count};
               }});
}

Doubles normalized(const Doubles& x, size_t width, bool is_centred, double eps) {
  Doubles result(x.size());
  for (size_t row = 0; row < x.size() / width; ++row) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < width; ++i) mean += x[row * width + i] / static_cast<double>(width);
    if (!is_centred) mean = 0;
    for (size_t i = 0; i < width; ++i) {
      square += std::pow(x[row * width + i] - mean, 2) / static_cast<double>(width);
    }
    for (size_t i = 0; i < width; ++i) {
      result[row * width + i] = (x[row * width + i] - mean) / std::sqrt(square + eps);
    }
  }
  return result;
}

TEST(LayerNorm, IsThatOfItsDefinition) {
  expect_case({"plain",
               {{3, 2, 4}},
               [](In x) { return layer_norm(x[0], {4}); },
               [](const Inputs& x) { return normalized(x[0], 4, true, 1e-5); }});
  expect_case({"affine over two dimensions",
               {{3, 2, 4}, {2, 4}, {2, 4}},
               [](In x) {
                 return layer_norm(x[0], {2, 4}, x[1], x[2], 0.1);
               },
               [](const Inputs& x) {
                 Doubles result = normalized(x[0], 8, true, 0.1);
                 for (size_t i = 0; i < 24; ++i) result[i] = result[i] * x[1][i % 8] + x[2][i % 8];
                 return result;
               }});
}

TEST(RmsNorm, IsThatOfItsDefinition) {
  expect_case({"plain",
               {{3, 5}},
               [](In x) { return rms_norm(x[0], {5}); },
               [](const Inputs& x) { return normalized(x[0], 5, false, 0x1p-23); }});
  expect_case({"with weights",
               {{3, 5}, {5}},
               [](In x) { return rms_norm(x[0], {5}, x[1], 0.1); },
               [](const Inputs& x) {
                 Doubles result = normalized(x[0], 5, false, 0.1);
                 for (size_t i = 0; i < 15; ++i) result[i] *= x[1][i % 5];
                 return result;
               }});
}

TEST(Embedding, GivesRowsAndAddsTheirGradients) {
  const Tensor weight = tensor_of(sample(8, 1, -1, 1), {4, 2}).requires_grad_();
  const Tensor indices = from_vector(std::vector<int64_t>{3, 1, 3}, {1, 3});
  const Tensor rows = embedding(weight, indices, 1);
  EXPECT_EQ(rows.sizes(), (Shape{1, 3, 2}));
  const std::vector<float> table = weight.to_vector<float>();
  EXPECT_EQ(rows.to_vector<float>(),
            (std::vector<float>{table[6], table[7], table[2], table[3], table[6], table[7]}));
  (rows * from_vector(std::vector<float>{1, 2, 3, 4, 5, 6}, {1, 3, 2})).sum().backward();
  EXPECT_EQ(weight.grad().to_vector<float>(), (std::vector<float>{0, 0, 0, 0, 0, 0, 6, 8}));
  EXPECT_EQ(embedding(weight, scalar_tensor(2)).sizes(), (Shape{2}));
  EXPECT_EQ(embedding(weight, zeros({0, 3}, kInt64)).sizes(), (Shape{0, 3, 2}));
  EXPECT_THROW(embedding(weight, from_list({int64_t{4}})).to_vector<float>(), DeviceError);
}

TEST(Dropout, DropsItsPartAndScalesTheRest) {
  manual_seed(3);
  const Tensor x = ones({100, 100}).requires_grad_();
  const Tensor y = dropout(x, 0.25, true);
  int dropped = 0;
  const std::vector<float> values = y.to_vector<float>();
  for (const float value : values) {
    EXPECT_TRUE(value == 0 || std::abs(value - 4.0f / 3) < 1e-6f);
    dropped += value == 0;
  }
  EXPECT_NEAR(dropped, 2500, 150);
  y.sum().backward();
  EXPECT_EQ(x.grad().to_vector<float>(), values);  // the same mask
  EXPECT_TRUE(dropout(x, 0.25, false).is_same(x));
  EXPECT_TRUE(dropout(x, 0, true).is_same(x));
  EXPECT_EQ(dropout(x, 1, true).sum().item<float>(), 0);
  EXPECT_NE(dropout(x, 0.25, true).to_vector<float>(), values);  // draws anew
  manual_seed(3);
  EXPECT_EQ(dropout(x, 0.25, true).to_vector<float>(), values);
}

template <typename Kind>
void expect_error(const std::function<void()>& call, const std::string& text) {
  try {
    call();
    ADD_FAILURE() << "nothing thrown; want: " << text;
  } catch (const Kind& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, text.size() + 5), text + " (at ");
    EXPECT_NE(std::string(error.what()).find("nn_functions_test.cpp:"), std::string::npos);
  }
}

TEST(NnFunctions, TellWhatTheyNeed) {
  const Tensor x = zeros({2, 3});
  const Tensor whole = zeros({2, 3}, kInt64);
  const Tensor target = zeros({2}, kInt64);
  expect_error<ValueError>([&] { layer_norm(x, {2}); },
                           "layer_norm: need an input that ends in [2]; got [2, 3]");
  expect_error<ValueError>([&] { layer_norm(x, {}); },
                           "layer_norm: need an input that ends in []; got [2, 3]");
  expect_error<ValueError>([&] { layer_norm(x, {3}, zeros({2})); },
                           "layer_norm: need weight [3]; got [2]");
  expect_error<ValueError>(
      [&] {
        rms_norm(x, {4, 2, 3});
      },
      "rms_norm: need an input that ends in [4, 2, 3]; got [2, 3]");
  expect_error<TypeError>([&] { rms_norm(whole, {3}); }, "rms_norm: need input of float; got i64");
  expect_error<ValueError>([&] { embedding(zeros({3}), target); },
                           "embedding: need weight [rows, columns]; got [3]");
  expect_error<TypeError>([&] { embedding(x, x); }, "embedding: need indices of i64; got f32");
  expect_error<ValueError>([&] { dropout(x, 1.5, true); },
                           "dropout: need a p from 0 to 1; got 1.5");
  expect_error<ValueError>(
      [&] {
        mse_loss(x, zeros({2, 4}));
      },
      "mse_loss: sub: shapes [2, 3] and [2, 4] do not broadcast: dimension 1 is 3 and 4");
  expect_error<ValueError>([&] { mse_loss(x, x, 3); },
                           "mse_loss: reduction: need 0 (none), 1 (mean) or 2 (sum); got 3");
  expect_error<ValueError>([&] { huber_loss(x, x, Reduction::Mean, 0); },
                           "huber_loss: need a delta above 0; got 0");
  expect_error<ValueError>([&] { smooth_l1_loss(x, x, Reduction::Mean, -1); },
                           "smooth_l1_loss: need a beta of 0 or more; got -1");
  expect_error<ValueError>([&] { nll_loss(x, zeros({3}, kInt64)); },
                           "nll_loss: need a target [2] for self [2, 3]; got [3]");
  expect_error<ValueError>([&] { nll_loss(scalar_tensor(1.0), target); },
                           "nll_loss: need self [C] or [N, C, ...]; got []");
  expect_error<ValueError>([&] { cross_entropy(x, target, zeros({2})); },
                           "cross_entropy: need a weight for each of 3 classes; got [2]");
  expect_error<ValueError>(
      [&] {
        cross_entropy(x, zeros({2, 4}));
      },
      "cross_entropy: need probabilities in the shape [2, 3] of self; got [2, 4]");
  expect_error<ValueError>([&] { cross_entropy(x, target, {}, Reduction::Mean, -100, 1.5); },
                           "cross_entropy: need a label_smoothing from 0 to 1; got 1.5");
  expect_error<TypeError>([&] { binary_cross_entropy(x, whole); },
                          "binary_cross_entropy: need target of float; got i64");
  expect_error<ValueError>([&] { kl_div(x, Tensor()); }, "kl_div: target is undefined");
}

}  // namespace
}  // namespace lazuli
