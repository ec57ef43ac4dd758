// The two-byte floats against formulas over doubles, which hold every number involved.
#include "lazuli/core/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace lazuli {
namespace {

// A float format of two bytes: bits of the mantissa, and the exponent of its least normal number.
struct Format {
  int mantissa;
  int least;
};
constexpr Format kF16{10, -14}, kBF16{7, -126};

// What the bits stand for.
double value_of(uint16_t bits, Format format) {
  const int exponent = (bits & 0x7fff) >> format.mantissa;
  const int fraction = bits & ((1 << format.mantissa) - 1);
  const int most = (1 << (15 - format.mantissa)) - 1;
  double value = 0;
  if (exponent == most) {
    value = fraction ? std::numeric_limits<double>::quiet_NaN()
                     : std::numeric_limits<double>::infinity();
  } else {
    const int hidden = exponent == 0 ? 0 : 1 << format.mantissa;
    value =
        std::ldexp(hidden + fraction, std::max(exponent, 1) - 1 + format.least - format.mantissa);
  }
  return bits & 0x8000 ? -value : value;
}

// The nearest number of the format, of two the even one; one past the last is infinity.
double rounded(double value, Format format) {
  if (value == 0 || !std::isfinite(value)) return value;
  const int exponent = std::max(std::ilogb(value), format.least);
  const double step = std::ldexp(1.0, exponent - format.mantissa);
  const double result = std::nearbyint(value / step) * step;
  const double end = std::ldexp(1.0, 2 - format.least);
  return std::abs(result) < end ? result : std::copysign(INFINITY, value);
}

// Neighbours of every number of the format and of every middle between two, and floats all over.
std::vector<float> samples(Format format) {
  std::vector<float> result;
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto value = static_cast<float>(value_of(static_cast<uint16_t>(bits), format));
    const auto next = static_cast<float>(value_of(static_cast<uint16_t>(bits + 1), format));
    const float middle = value / 2 + next / 2;
    for (const float x : {value, middle}) {
      result.push_back(x);
      result.push_back(std::nextafter(x, INFINITY));
      result.push_back(std::nextafter(x, -INFINITY));
    }
  }
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += 9973) {
    result.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  }
  return result;
}

template <typename Widen, typename Narrow>
void check(Format format, Widen widen, Narrow narrow) {
  for (uint32_t i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    const double expected = value_of(bits, format);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(widen(bits))) << bits;
    } else {
      ASSERT_EQ(widen(bits), expected) << bits;
      ASSERT_EQ(std::signbit(widen(bits)), std::signbit(expected)) << bits;
      ASSERT_EQ(narrow(widen(bits)), bits);
    }
  }
  for (const float x : samples(format)) {
    const double got = value_of(narrow(x), format);
    if (std::isnan(x)) {
      ASSERT_TRUE(std::isnan(got));
    } else {
      ASSERT_EQ(got, rounded(x, format)) << x;
      ASSERT_EQ(std::signbit(got), std::signbit(x)) << x;
    }
  }
}

TEST(Half, F16WidensExactlyAndNarrowsToTheNearest) { check(kF16, float_from_f16, f16_from_float); }

TEST(Half, BF16WidensExactlyAndNarrowsToTheNearest) {
  check(kBF16, float_from_bf16, bf16_from_float);
}

TEST(Half, OverflowBeginsHalfAStepPastTheLast) {
  EXPECT_EQ(f16_from_float(65519.996f), 0x7bff);
  EXPECT_EQ(f16_from_float(65520.0f), 0x7c00);
  EXPECT_EQ(f16_from_float(0x1p-25f), 0);  // a tie with zero
  EXPECT_EQ(f16_from_float(std::nextafter(0x1p-25f, 1.0f)), 1);
  EXPECT_EQ(bf16_from_float(std::numeric_limits<float>::max()), 0x7f80);
  // A NaN whose upper half alone would be infinity.
  EXPECT_GT(bf16_from_float(std::bit_cast<float>(0x7f800001u)) & 0x7fff, 0x7f80);
}

}  // namespace
}  // namespace lazuli
