#include "lazuli/nn/clip_grad.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn::utils {
namespace {

Tensor with_gradient(const std::vector<float>& gradient) {
  const Shape shape = {static_cast<int64_t>(gradient.size())};
  const Tensor parameter = zeros(shape).requires_grad_();
  parameter.set_grad(from_vector(gradient, shape));
  return parameter;
}

TEST(ClipGrad, ScalesAllByOneFactor) {
  const Tensor a = with_gradient({3, 0});
  const Tensor b = with_gradient({-4});
  const Tensor none = zeros({2}).requires_grad_();
  EXPECT_FLOAT_EQ(clip_grad_norm_({a, none, b}, 1).item<float>(), 5);
  EXPECT_NEAR(a.grad().to_vector<float>()[0], 0.6, 1e-6);
  EXPECT_NEAR(b.grad().to_vector<float>()[0], -0.8, 1e-6);
  EXPECT_FALSE(none.grad().defined());
  EXPECT_NEAR(clip_grad_norm_({a, b}, 7).item<float>(), 1, 1e-6);
  EXPECT_NEAR(a.grad().to_vector<float>()[0], 0.6, 1e-6);  // small ones stay
  EXPECT_EQ(clip_grad_norm_({none}, 1).item<float>(), 0);
}

TEST(ClipGrad, HasOtherNorms) {
  const Tensor a = with_gradient({3, -1});
  const Tensor b = with_gradient({-4});
  EXPECT_FLOAT_EQ(clip_grad_norm_({a, b}, 100, 1).item<float>(), 8);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_FLOAT_EQ(clip_grad_norm_({a, b}, 2, kInfinity).item<float>(), 4);
  EXPECT_NEAR(a.grad().to_vector<float>()[0], 1.5, 1e-6);
}

TEST(ClipGrad, BoundsEveryElement) {
  const Tensor a = with_gradient({3, -0.25, -7, NAN});
  clip_grad_value_({a}, 0.5);
  const std::vector<float> got = a.grad().to_vector<float>();
  EXPECT_EQ(std::vector<float>(got.begin(), got.begin() + 3),
            (std::vector<float>{0.5, -0.25, -0.5}));
  EXPECT_TRUE(std::isnan(got[3]));
}

TEST(ClipGrad, RefusesBadArguments) {
  EXPECT_THROW(clip_grad_norm_({}, -1), ValueError);
  EXPECT_THROW(clip_grad_norm_({}, 1, 3), ValueError);
  EXPECT_THROW(clip_grad_value_({}, -1), ValueError);
}

}  // namespace
}  // namespace lazuli::nn::utils
