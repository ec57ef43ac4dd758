// Further ways to call an operator, and whose name a mistake is told with.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

using Longs = std::vector<int64_t>;
using Floats = std::vector<float>;

Tensor longs(const Longs& values) {
  return from_vector(values, {static_cast<int64_t>(values.size())});
}
Tensor floats(const Floats& values) {
  return from_vector(values, {static_cast<int64_t>(values.size())});
}

template <typename Kind, typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Kind& error) {
    const std::string text = error.what();
    return text.substr(0, text.find(" (at "));
  }
  return "nothing was thrown";
}

TEST(Div, RoundsAsAskedFor) {
  const Tensor x = longs({-7, 7});
  EXPECT_EQ(x.div(2, "floor").to_vector<int64_t>(), (Longs{-4, 3}));
  EXPECT_EQ(x.div(2, "trunc").to_vector<int64_t>(), (Longs{-3, 3}));
  EXPECT_EQ(x.div(2, std::nullopt).to_vector<float>(), (Floats{-3.5, 3.5}));
  EXPECT_EQ(x.divide(2.0, "trunc").to_vector<float>(), (Floats{-3, 3}));
  EXPECT_EQ(true_divide(x, 2).to_vector<float>(), (Floats{-3.5, 3.5}));
  Tensor y = floats({5, -5});
  y.div_(longs({2, 2}), "floor");
  EXPECT_EQ(y.to_vector<float>(), (Floats{2, -3}));
}

TEST(Div, HasNoSlopeWhereItIsRounded) {
  for (const char* mode : {"floor", "trunc"}) {
    const Tensor x = floats({3, 2}).requires_grad_();
    const Tensor by = floats({2, 0}).requires_grad_();
    x.div(by, mode).sum().backward();
    EXPECT_EQ(x.grad().to_vector<float>(), (Floats{0, 0}));
    EXPECT_EQ(by.grad().to_vector<float>(), (Floats{0, 0}));
  }
}

TEST(Round, TakesDecimals) {
  EXPECT_EQ(floats({1.25f, -0.375f}).round(1).to_vector<float>(), (Floats{1.2f, -0.4f}));
  EXPECT_EQ(floats({1255, -44}).round(-1).to_vector<float>(), (Floats{1260, -40}));
}

TEST(Nonzero, GivesATensorForEachDimension) {
  const Tensor x = longs({0, 3, 0, 0, 5, 6}).view({2, 3});
  const std::vector<Tensor> places = nonzero(x, true);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].to_vector<int64_t>(), (Longs{0, 1, 1}));
  EXPECT_EQ(places[1].to_vector<int64_t>(), (Longs{1, 1, 2}));
  EXPECT_EQ(where(x).size(), 2u);
  EXPECT_EQ(nonzero(full({}, 4), true).size(), 1u);
}

TEST(Where, TakesTwoNumbers) {
  const Tensor condition = longs({1, 0}).gt(0);
  EXPECT_EQ(where(condition, 1, 0).dtype(), kInt64);
  EXPECT_EQ(where(condition, 1.5, 0).to_vector<float>(), (Floats{1.5, 0}));
  EXPECT_EQ(where(condition, true, false).dtype(), kBool);
}

TEST(Unique, TakesSlicesAsElements) {
  const Tensor x = longs({3, 1, 2, 1, 3, 1, 0, 7, 3, 1}).view({5, 2});
  const auto [rows, inverse, counts] = x.unique(true, true, true, 0);
  EXPECT_EQ(rows.to_vector<int64_t>(), (Longs{0, 7, 2, 1, 3, 1}));
  EXPECT_EQ(inverse.to_vector<int64_t>(), (Longs{2, 1, 2, 0, 2}));
  EXPECT_EQ(counts.to_vector<int64_t>(), (Longs{1, 1, 3}));
  EXPECT_EQ(std::get<0>(x.t().unique(true, false, false, 1)).sizes(), (Shape{2, 3}));
}

TEST(Unique, HasOneZero) {
  for (const bool wants_counts : {false, true}) {
    const auto values = std::get<0>(floats({0.0f, -0.0f, 1}).unique(true, false, wants_counts));
    EXPECT_EQ(values.to_vector<float>(), (Floats{0, 1}));
    EXPECT_FALSE(std::signbit(values.to_vector<float>()[0]));
  }
}

TEST(Scatter, AddsAndMultiplies) {
  const Tensor x = floats({1, 2, 3});
  const Tensor index = longs({0, 0, 2});
  EXPECT_EQ(x.scatter(0, index, floats({4, 5, 6}), "add").to_vector<float>(), (Floats{10, 2, 9}));
  EXPECT_EQ(x.scatter(0, index, 2, "multiply").to_vector<float>(), (Floats{4, 2, 6}));
}

TEST(MaskedSelect, SendsItsGradientBack) {
  const Tensor x = floats({1, 2, 3}).requires_grad_();
  const Tensor chosen = x.masked_select(longs({1, 0, 1}).gt(0));
  (chosen * chosen).sum().backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{2, 0, 6}));
}

TEST(Mean, IsWorkedOutInAnotherType) {
  EXPECT_EQ(longs({1, 2}).mean(kFloat64).item<double>(), 1.5);
  EXPECT_EQ(longs({1, 2}).softmax(0, kFloat64).dtype(), kFloat64);
}

TEST(Mistakes, NameTheFunctionThatWasCalled) {
  const Tensor x = ones({2, 3});
  EXPECT_EQ(message_of<DeviceError>([&] {
              x.index_select(0, longs({5})).to_vector<float>();
            }).substr(0, 12),
            "index_select");
  EXPECT_EQ(message_of<ValueError>([&] { linear(x, x.t()); }).substr(0, 16), "linear: matmul: ");
  EXPECT_EQ(message_of<ValueError>([&] { x.add_(ones({4})); }).substr(0, 6), "add_: ");
  EXPECT_EQ(message_of<IndexError>([&] { x.sum(7); }), "sum: need a dimension from -2 to 1; got 7");
}

}  // namespace
}  // namespace lazuli
