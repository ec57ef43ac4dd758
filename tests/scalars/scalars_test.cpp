// Every scalar function stays within the bound that the catalogue promises.
#include <gtest/gtest.h>

#include "tests/scalars/measure.h"

namespace lazuli::scalar_tests {
namespace {

constexpr uint64_t kStride = 997;

class Scalars : public testing::TestWithParam<ScalarCase> {};

TEST_P(Scalars, StayWithinTheirBound) {
  const bool takes_all = GetParam().takes_fractions && GetParam().reference;
  const Measured measured = measure(GetParam(), takes_all ? 1 : kStride);
  EXPECT_LE(measured.worst, GetParam().ulp) << "at " << measured.worst_at;
  EXPECT_EQ(measured.mistakes, 0u) << "at " << measured.mistake_at;
  RecordProperty("worst_ulp", std::to_string(measured.worst));
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Scalars, testing::ValuesIn(scalar_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Scalars, BoundedFunctionsDoNotPassOne) {
  for (const ScalarCase& scalar : scalar_cases()) {
    const std::string name = scalar.name;
    if (name.rfind("tanh", 0) != 0 && name.rfind("cos2pi", 0) != 0) continue;
    EXPECT_EQ(measure(scalar, kStride).above_one, 0u) << name;
  }
}

}  // namespace
}  // namespace lazuli::scalar_tests
