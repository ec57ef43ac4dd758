// What the generated cases can't ask: values and options that are structure, bounds that may be
// absent, signs of zero, and gradients where a formula has a corner.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lazuli/api/lazuli.h"
#include "tests/operators/operands.h"

namespace lazuli::operator_tests {
namespace {

using Values = std::vector<double>;

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor floats(const std::vector<float>& values) {
  return from_vector(values, {static_cast<int64_t>(values.size())});
}

// The gradient of `function`'s sum at these places.
template <typename Function>
Values slope(const std::vector<float>& at, const Function& function) {
  const Tensor x = floats(at);
  x.requires_grad_();
  sum(function(x)).backward();
  return read(x.grad());
}

TEST(Pow, NumbersThatAreStructure) {
  const Tensor x = floats({-2, -0.5, 0, 1, 3});
  EXPECT_EQ(read(x.pow(2)), (Values{4, 0.25, 0, 1, 9}));
  EXPECT_EQ(read(x.pow(3)), (Values{-8, -0.125, 0, 1, 27}));
  EXPECT_EQ(read(x.pow(1)), read(x));
  EXPECT_EQ(read(floats({static_cast<float>(kNan), 0}).pow(0)), (Values{1, 1}));
  EXPECT_EQ(read(floats({4, 9}).pow(0.5)), (Values{2, 3}));
  EXPECT_EQ(read(floats({4, -2}).pow(-1)), (Values{0.25, -0.5}));
  // A tensor takes the general way to the same values.
  EXPECT_EQ(read(pow(x, full({5}, 2.0))), (Values{4, 0.25, 0, 1, 9}));
  EXPECT_EQ(read(pow(2, floats({-1, 0, 10}))), (Values{0.5, 1, 1024}));
}

TEST(Pow, OfIntegers) {
  const Tensor n = from_list({-3, 0, 7});
  EXPECT_EQ(n.pow(2).dtype(), kInt64);
  EXPECT_EQ(read(n.pow(3)), (Values{-27, 0, 343}));
  EXPECT_EQ(read(n.pow(0)), (Values{1, 1, 1}));
  EXPECT_THROW(n.pow(5), TypeError);
}

TEST(Pow, InPlaceAndTwiceDifferentiable) {
  const Tensor x = floats({3, -1});
  x.pow_(2);
  EXPECT_EQ(read(x), (Values{9, 1}));
  x.pow_(0.5);
  EXPECT_EQ(read(x), (Values{3, 1}));
  const Tensor leaf = floats({2, 3});
  leaf.requires_grad_();
  const Tensor first = grad({sum(leaf.pow(4))}, {leaf}, {}, true, true)[0];
  EXPECT_EQ(read(grad({sum(first)}, {leaf})[0]), (Values{48, 108}));
  EXPECT_EQ(slope({0, 2}, [](const Tensor& x) { return pow(x, full({2}, 0.0)); }), (Values{0, 0}));
}

TEST(Gelu, TakesItsApproximation) {
  const Tensor x = floats({-1, 0, 0.5, 2});
  const Values exact = {-0.15865525393145707, 0, 0.34573123063700656, 1.9544997361036416};
  const Values near = {-0.15880800939172324, 0, 0.34571400982514394, 1.954597694087775};
  const Values none = read(gelu(x));
  const Values tanh = read(gelu(x, "tanh"));
  for (size_t i = 0; i < exact.size(); ++i) {
    EXPECT_NEAR(none[i], exact[i], 2e-7);
    EXPECT_NEAR(tanh[i], near[i], 4e-7);
  }
  Tensor written = floats({-1, 0, 0.5, 2});
  written.gelu_("tanh");
  EXPECT_EQ(read(written), tanh);
  const Values slopes = slope({-1, 0, 2}, [](const Tensor& x) { return gelu(x, "tanh"); });
  const Values need = {-0.08296408407, 0.5, 1.08609925};
  for (size_t i = 0; i < need.size(); ++i) EXPECT_NEAR(slopes[i], need[i], 1e-6);
}

TEST(Gelu, KnowsItsChoices) {
  try {
    gelu(floats({1}), "exact");
    FAIL();
  } catch (const ValueError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.rfind("gelu: need 'none' or 'tanh' for approximate; got 'exact'", 0), 0u)
        << text;
  }
}

TEST(Clamp, TakesOneBoundOrTwo) {
  const Tensor x = floats({-2, 0.5, 3, static_cast<float>(kNan)});
  const auto expect = [](const Tensor& result, double a, double b, double c) {
    const Values got = read(result);
    EXPECT_EQ(Values(got.begin(), got.begin() + 3), (Values{a, b, c}));
    EXPECT_TRUE(std::isnan(got[3]));
  };
  expect(x.clamp(-1, 1), -1, 0.5, 1);
  expect(x.clamp(-1), -1, 0.5, 3);
  expect(x.clamp(std::nullopt, 1), -2, 0.5, 1);
  expect(clamp(x, floats({-1, 1, 0, 0}), floats({2, 2, 2, 2})), -1, 1, 2);
  expect(clamp(x, Tensor(), floats({-3, 2, 2, 2})), -3, 0.5, 2);
  expect(x.clamp(2, 1), 1, 1, 1);
  const Tensor n = from_list({-2, 0, 9});
  EXPECT_EQ(n.clamp(-1, 3).dtype(), kInt64);
  EXPECT_EQ(read(n.clamp(-0.5, 3)), (Values{-0.5, 0, 3}));
  n.clamp_(-1, 3);
  EXPECT_EQ(read(n), (Values{-1, 0, 3}));
  n.clamp_(from_list({0, 0, 0}), from_list({2, 2, 2}));
  EXPECT_EQ(read(n), (Values{0, 0, 2}));
  EXPECT_THROW(x.clamp(std::nullopt), ValueError);
  EXPECT_THROW(x.clamp(Tensor(), Tensor()), ValueError);
}

TEST(Clamp, GradientAtABoundIsSelfs) {
  const auto clamped = [](const Tensor& x) { return x.clamp(-1, 1); };
  EXPECT_EQ(slope({-2, -1, 0, 1, 2}, clamped), (Values{0, 1, 1, 1, 0}));
  EXPECT_EQ(slope({-2, -1, 0}, [](const Tensor& x) { return x.clamp_min(-1); }), (Values{0, 1, 1}));
  EXPECT_EQ(slope({-2, -1, 0}, [](const Tensor& x) { return x.hardtanh(); }), (Values{0, 0, 1}));
  const auto lower = [](const Tensor& min) { return clamp(zeros({3}), min, ones({3})); };
  EXPECT_EQ(slope({-1, 0.5, 2}, lower), (Values{0, 1, 0}));
}

TEST(NanToNum, ReplacesWhatIsNoNumber) {
  const Tensor x = floats(
      {static_cast<float>(kNan), static_cast<float>(kInfinity), static_cast<float>(-kInfinity), 2});
  constexpr double kLargest = std::numeric_limits<float>::max();
  EXPECT_EQ(read(x.nan_to_num()), (Values{0, kLargest, -kLargest, 2}));
  EXPECT_EQ(read(x.nan_to_num(1, 5)), (Values{1, 5, -kLargest, 2}));
  EXPECT_EQ(read(from_list({1, 2}).nan_to_num(3)), (Values{1, 2}));
  const auto replaced = [](const Tensor& x) { return x.nan_to_num(); };
  EXPECT_EQ(slope({static_cast<float>(kNan), 3}, replaced), (Values{0, 1}));
  x.nan_to_num_(7, 8, 9);
  EXPECT_EQ(read(x), (Values{7, 8, 9, 2}));
}

// The corners of PyTorch's gradients.
TEST(Corners, HavePyTorchsGradients) {
  EXPECT_EQ(slope({-1, 0, 1}, [](const Tensor& x) { return abs(x); }), (Values{-1, 0, 1}));
  EXPECT_EQ(slope({-1.5, 0, 2}, [](const Tensor& x) { return floor(x); }), (Values{0, 0, 0}));
  EXPECT_EQ(slope({-1.5, 0, 2}, [](const Tensor& x) { return sign(x); }), (Values{0, 0, 0}));
  EXPECT_EQ(slope({-1, 0, 1}, [](const Tensor& x) { return leaky_relu(x, 0.5); }),
            (Values{0.5, 0.5, 1}));
  EXPECT_EQ(slope({-1, 0, 6, 7}, [](const Tensor& x) { return relu6(x); }), (Values{0, 0, 0, 0}));
  EXPECT_EQ(slope({0}, [](const Tensor& x) { return sinc(x); }), (Values{0}));
  EXPECT_EQ(slope({0, 2}, [](const Tensor& x) { return xlogy(x, zeros({2}) + 1); }),
            (Values{0, 0}));
  const auto tied = [](const Tensor& x) { return minimum(x, zeros({3})); };
  EXPECT_EQ(slope({-1, 0, 1}, tied), (Values{1, 0.5, 0}));
}

// The reference compares values, in which zeros are alike.
TEST(Zeros, KeepTheirSign) {
  const Tensor x = floats({-0.0f});
  using Function = Tensor (*)(const Tensor&, At);
  for (const Function function :
       {Function(sin), Function(tan), Function(asin), Function(atan), Function(sinh),
        Function(asinh), Function(atanh), Function(tanh), Function(expm1), Function(log1p),
        Function(erf), Function(erfinv), Function(floor), Function(ceil), Function(trunc),
        Function(round), Function(sqrt)}) {
    EXPECT_TRUE(std::signbit(read(function(x, At()))[0]));
    EXPECT_FALSE(std::signbit(read(function(floats({0.0f}), At()))[0]));
  }
}

TEST(Bits, SignsAreTheFunctions) {
  const Tensor x = from_vector(std::vector<int64_t>{12, -7}, {2});
  const Tensor y = from_vector(std::vector<int64_t>{10, 2}, {2});
  EXPECT_EQ(read(x & y), (Values{8, 0}));
  EXPECT_EQ(read(x | y), (Values{14, -5}));
  EXPECT_EQ(read(x ^ y), (Values{6, -5}));
  EXPECT_EQ(read(~x), (Values{-13, 6}));
  EXPECT_EQ(read(x << 2), (Values{48, -28}));
  EXPECT_EQ(read(x >> 1), (Values{6, -4}));
  EXPECT_EQ(read(1 << y), (Values{1024, 4}));
  EXPECT_EQ(read(4 & x), (Values{4, 0}));
  EXPECT_EQ(read(x % 5), (Values{2, 3}));
  EXPECT_EQ(read(100 % y), (Values{0, 0}));
  Tensor z = positive(x);
  z &= y;
  z |= 1;
  z ^= 3;
  z <<= 4;
  z >>= y;
  EXPECT_EQ(read(z), (Values{0, 8}));
  z %= 5;
  EXPECT_EQ(read(z), (Values{0, 3}));
}

TEST(Bits, ShiftsOutOfRangeLeaveZerosOrSigns) {
  const Tensor x = from_vector(std::vector<int64_t>{5, -5}, {2});
  for (const DType dtype : {kInt8, kInt16, kInt32, kInt64}) {
    for (const int64_t distance : {int64_t{-1}, int64_t{64}, int64_t{100}}) {
      EXPECT_EQ(read(x.to(dtype) << distance), (Values{0, 0}));
      EXPECT_EQ(read(x.to(dtype) >> distance), (Values{0, -1}));
    }
  }
  EXPECT_EQ(read(x.to(kInt8) << 7), (Values{-128, -128}));
}

TEST(Division, OfIntegersByZeroIsZero) {
  const Tensor x = from_vector(std::vector<int64_t>{7, -7, 0}, {3});
  for (const DType dtype : {kInt8, kInt16, kInt32, kInt64}) {
    const Tensor zero = zeros({3}, dtype);
    EXPECT_EQ(read(floor_divide(x.to(dtype), zero)), (Values{0, 0, 0}));
    EXPECT_EQ(read(remainder(x.to(dtype), zero)), (Values{0, 0, 0}));
    EXPECT_EQ(read(fmod(x.to(dtype), zero)), (Values{0, 0, 0}));
  }
}

TEST(Division, OfFractionsIsExactForAnyQuotient) {
  for (const double x : {1e300, 0x1.fffffffffffffp1023, 3.5, 0x1p-1074}) {
    for (const double y : {3.0, 0.1, 0x1.8p-1060, 7e-300}) {
      const Tensor left = from_vector(std::vector<double>{x, -x}, {2});
      EXPECT_EQ(read(fmod(left, y)), (Values{std::fmod(x, y), std::fmod(-x, y)}));
    }
  }
  EXPECT_TRUE(std::signbit(fmod(floats({-4}), 2).item<float>()));
}

TEST(Activations, KeepTheirPrecisionInTheTails) {
  const Tensor x = floats({-91, -13});
  const auto near = [](double got, double want) { EXPECT_NEAR(got / want, 1, 1e-6); };
  near(read(silu(x))[0], -91 * std::exp(-91.0));
  near(read(gelu(x))[1], -6.5 * std::erfc(13 * M_SQRT1_2));
  near(read(mish(x))[0], -91 * std::exp(-91.0));
  EXPECT_EQ(read(silu(floats({-1000}))), (Values{0}));
  EXPECT_EQ(read(gelu(floats({-1000}))), (Values{0}));
}

}  // namespace
}  // namespace lazuli::operator_tests
