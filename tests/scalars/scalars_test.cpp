// Every scalar function stays within the bound that the catalogue promises.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/scalars/inputs.h"
#include "tests/scalars/measure.h"

namespace lazuli::scalar_tests {
namespace {

constexpr uint64_t kStride = 997;
constexpr uint64_t kSample = 100000;

// What the test takes of the inputs; the tool `ulp` takes all.
Range sample_of(const ScalarCase& scalar) {
  if (!is_exhaustive(scalar)) return {0, scalar.type == kernel::Type::f32 ? 10 * kSample : kSample};
  return {0, input_count(scalar), scalar.inputs == Inputs::fractions ? 1 : kStride};
}

class Scalars : public testing::TestWithParam<ScalarCase> {};

TEST_P(Scalars, StayWithinTheirBound) {
  const Measured measured = measure(GetParam(), sample_of(GetParam()));
  EXPECT_LE(measured.worst, GetParam().ulp)
      << "at " << measured.worst_at.x << ", " << measured.worst_at.y;
  EXPECT_EQ(measured.mistakes, 0u)
      << "at " << measured.mistake_at.x << ", " << measured.mistake_at.y;
  static const std::set<std::string> kBounded = {"tanh", "tanh_f64", "cos2pi",  "cos2pi_f64",
                                                 "sin",  "sin_f64",  "cos",     "cos_f64",
                                                 "erf",  "erf_f64",  "sigmoid", "sigmoid_f64"};
  if (kBounded.count(GetParam().name)) {
    EXPECT_LE(measured.largest, 1);
  }
  RecordProperty("worst_ulp", std::to_string(measured.worst));
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Scalars, testing::ValuesIn(scalar_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace lazuli::scalar_tests
