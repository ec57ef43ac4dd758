// Every scalar function stays within the bound that the catalogue promises.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/scalars/measure.h"

namespace lazuli::scalar_tests {
namespace {

constexpr uint64_t kStride = 997;
constexpr uint64_t kPairs = 1000000;

class Scalars : public testing::TestWithParam<ScalarCase> {};

TEST_P(Scalars, StayWithinTheirBound) {
  const bool takes_all = GetParam().inputs == Inputs::fractions && GetParam().reference;
  const Measured measured = measure(GetParam(), takes_all ? 1 : kStride);
  EXPECT_LE(measured.worst, GetParam().ulp) << "at " << measured.worst_at.x;
  EXPECT_EQ(measured.mistakes, 0u) << "at " << measured.mistake_at.x;
  RecordProperty("worst_ulp", std::to_string(measured.worst));
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Scalars, testing::ValuesIn(scalar_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

class Pairs : public testing::TestWithParam<PairCase> {};

TEST_P(Pairs, StayWithinTheirBound) {
  const Measured measured = measure(GetParam(), kPairs);
  EXPECT_LE(measured.worst, GetParam().ulp)
      << "at " << measured.worst_at.x << ", " << measured.worst_at.y;
  EXPECT_EQ(measured.mistakes, 0u)
      << "at " << measured.mistake_at.x << ", " << measured.mistake_at.y;
  RecordProperty("worst_ulp", std::to_string(measured.worst));
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Pairs, testing::ValuesIn(pair_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Scalars, BoundedFunctionsDoNotPassOne) {
  for (const ScalarCase& scalar : scalar_cases()) {
    const std::string name = scalar.name;
    static const std::set<std::string> kBounded = {"tanh", "tanh_f64", "cos2pi", "cos2pi_f64",
                                                   "sin",  "cos",      "erf",    "sigmoid"};
    if (!kBounded.count(name)) continue;
    EXPECT_EQ(measure(scalar, kStride).above_one, 0u) << name;
  }
}

}  // namespace
}  // namespace lazuli::scalar_tests
