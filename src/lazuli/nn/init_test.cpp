#include "lazuli/nn/init.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn::init {
namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
  double largest = 0;
};

Moments moments_of(const Tensor& tensor) {
  Moments moments;
  const std::vector<float> values = tensor.to_vector<float>();
  const double count = static_cast<double>(values.size());
  for (const double value : values) {
    moments.mean += value / count;
    moments.largest = std::max(moments.largest, std::abs(value));
  }
  for (const double value : values) moments.variance += std::pow(value - moments.mean, 2) / count;
  return moments;
}

void expect_moments(const Tensor& tensor, double mean, double variance) {
  const Moments moments = moments_of(tensor);
  EXPECT_NEAR(moments.mean, mean, 0.03 * std::sqrt(variance));
  EXPECT_NEAR(moments.variance, variance, 0.03 * variance);
}

TEST(Init, DrawsAndSets) {
  manual_seed(1);
  const Tensor leaf = empty({200, 300}).requires_grad_();
  EXPECT_TRUE(uniform_(leaf, -1, 3).is_same(leaf));
  expect_moments(leaf, 1, 16.0 / 12);
  EXPECT_TRUE(leaf.is_leaf());
  expect_moments(normal_(leaf, 2, 3), 2, 9);
  EXPECT_EQ(constant_(leaf, 0.5).sum().item<float>(), 30000);
  EXPECT_EQ(ones_(leaf).sum().item<float>(), 60000);
  EXPECT_EQ(zeros_(leaf).sum().item<float>(), 0);
}

TEST(Init, KnowsGains) {
  EXPECT_EQ(calculate_gain(Nonlinearity::kLinear), 1);
  EXPECT_EQ(calculate_gain(Nonlinearity::kSigmoid), 1);
  EXPECT_EQ(calculate_gain(Nonlinearity::kTanh), 5.0 / 3);
  EXPECT_EQ(calculate_gain(Nonlinearity::kReLU), std::sqrt(2.0));
  EXPECT_EQ(calculate_gain(Nonlinearity::kLeakyReLU, 0.2), std::sqrt(2 / 1.04));
  EXPECT_EQ(calculate_gain(Nonlinearity::kSELU), 0.75);
}

TEST(Init, HasGlorotsAndHesVariances) {
  manual_seed(2);
  const Tensor weight = empty({150, 100, 2});  // 200 into one, one into 300
  expect_moments(xavier_normal_(weight, 2), 0, 4 * 2.0 / 500);
  expect_moments(xavier_uniform_(weight), 0, 2.0 / 500);
  EXPECT_LE(moments_of(weight).largest, std::sqrt(6.0 / 500) * 1.0001);
  expect_moments(kaiming_normal_(weight), 0, 2.0 / 200);
  expect_moments(kaiming_normal_(weight, 0, FanMode::kFanOut, Nonlinearity::kLinear), 0, 1.0 / 300);
  expect_moments(kaiming_uniform_(weight, std::sqrt(5.0)), 0, 1.0 / 3 / 200);
}

TEST(Init, MakesRightAngles) {
  for (const Shape& shape : {Shape{6, 10}, Shape{10, 6}, Shape{4, 3, 2}}) {
    const Tensor weight = orthogonal_(empty(shape), 2);
    const Tensor matrix = weight.reshape({shape[0], -1});
    const bool are_rows = matrix.size(0) <= matrix.size(1);
    const Tensor products = are_rows ? mm(matrix, matrix.t()) : mm(matrix.t(), matrix);
    const int64_t count = products.size(0);
    const std::vector<float> got = products.to_vector<float>();
    for (int64_t i = 0; i < count * count; ++i) {
      EXPECT_NEAR(got[static_cast<size_t>(i)], i % (count + 1) == 0 ? 4 : 0, 1e-5);
    }
  }
}

TEST(Init, RefusesBadArguments) {
  const Tensor vector = empty({3});
  EXPECT_THROW(uniform_(vector, 1, 0), ValueError);
  EXPECT_THROW(normal_(vector, 0, -1), ValueError);
  EXPECT_THROW(xavier_uniform_(vector), ValueError);
  EXPECT_THROW(kaiming_normal_(vector), ValueError);
  EXPECT_THROW(orthogonal_(vector), ValueError);
  EXPECT_THROW(ones_(Tensor()), ValueError);
}

}  // namespace
}  // namespace lazuli::nn::init
