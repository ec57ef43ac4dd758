// What works along lines: running folds, orders and searches give the same bits with any number of
// threads, however the lines lie.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "lazuli/backends/cpu/library/library.h"
#include "lazuli/core/element_types.h"
#include "lazuli/core/layout.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::TensorArgument;
using op::OpKind;

template <typename T>
struct Values {
  Shape shape;
  std::vector<T> elements;
  Dims strides;
  explicit Values(const Shape& sizes)
      : shape(sizes),
        elements(static_cast<size_t>(sizes.product())),
        strides(contiguous_strides(sizes)) {}
  TensorArgument argument() {
    return {reinterpret_cast<char*>(elements.data()), dtype_of_elements<T>(), shape, strides};
  }
};

template <typename T>
Values<T> random_values(const Shape& shape) {
  Values<T> values(shape);
  std::mt19937 random(5);
  for (T& each : values.elements) {
    each = static_cast<T>(static_cast<float>(random() % 200) / 8 - 12);
  }
  return values;
}

template <typename Result>
std::vector<Result> call(OpKind kind, const std::vector<TensorArgument>& operands,
                         const std::vector<int64_t>& attributes, const Shape& shape) {
  Values<Result> result(shape);
  std::atomic<uint32_t> fault{0};
  backend::LibraryCall call{};
  call.kind = kind;
  call.operands = operands;
  call.result = result.argument();
  call.attributes = attributes;
  call.fault = &fault;
  call_library(call);
  EXPECT_EQ(fault, 0u);
  return result.elements;
}

// The same with one thread and with several, of the elements as they are and of the same ones lying
// transposed.
template <typename T, typename Result>
void expect_same_bits(OpKind kind, const Shape& shape, const std::vector<int64_t>& attributes) {
  Values<T> plain = random_values<T>(shape);
  Values<T> transposed(Shape{shape[1], shape[0]});
  for (int64_t i = 0; i < shape.product(); ++i) {
    const int64_t place = i % shape[1] * shape[0] + i / shape[1];
    transposed.elements[static_cast<size_t>(place)] = plain.elements[static_cast<size_t>(i)];
  }
  transposed.shape = shape;
  transposed.strides = {1, shape[0]};
  const int threads = runtime::thread_count();
  runtime::set_thread_count(1);
  const auto want = call<Result>(kind, {plain.argument()}, attributes, shape);
  for (const int count : {2, 5}) {
    runtime::set_thread_count(count);
    for (Values<T>* values : {&plain, &transposed}) {
      const auto got = call<Result>(kind, {values->argument()}, attributes, shape);
      EXPECT_EQ(std::memcmp(got.data(), want.data(), got.size() * sizeof(Result)), 0)
          << op::name_of(kind) << to_string(shape);
    }
  }
  runtime::set_thread_count(threads);
}

const Shape kShapes[] = {{3, 5}, {700, 9}, {9, 700}, {2, 30000}};

TEST(Lines, RunningFoldsHaveTheSameBits) {
  for (const Shape& shape : kShapes) {
    for (const int64_t dim : {0, 1}) {
      expect_same_bits<float, float>(OpKind::running_sum, shape, {dim, 0});
      expect_same_bits<bfloat16, bfloat16>(OpKind::running_sum, shape, {dim, 1});
      expect_same_bits<double, double>(OpKind::running_product, shape, {dim});
      expect_same_bits<int8_t, int64_t>(OpKind::running_place, shape, {dim, 1});
    }
  }
}

TEST(Lines, OrdersHaveTheSameBits) {
  for (const Shape& shape : kShapes) {
    for (const int64_t dim : {0, 1}) {
      expect_same_bits<float, int64_t>(OpKind::sorted_places, shape, {dim, 1});
      expect_same_bits<int64_t, int64_t>(OpKind::sorted_places, shape, {dim, 0});
      expect_same_bits<float16, int64_t>(OpKind::sorted_places, shape, {dim, 0});
    }
  }
  expect_same_bits<float, int64_t>(OpKind::sorted_places, {1, 600'000}, {1, 0});
  expect_same_bits<double, int64_t>(OpKind::sorted_places, {600'000, 1}, {0, 1});
}

TEST(Lines, ElementsAloneAreSortedAsTheirPlacesSay) {
  for (const int64_t count : {0, 1, 200, 3000, 400'000}) {
    Values<float> values = random_values<float>({count});
    if (count > 100) values.elements[7] = -0.0f;
    if (count > 100) values.elements[8] = std::numeric_limits<float>::quiet_NaN();
    const auto places = call<int64_t>(OpKind::sorted_places, {values.argument()}, {0, 0}, {count});
    const int threads = runtime::thread_count();
    for (const int team : {1, 2, 5}) {
      runtime::set_thread_count(team);
      const auto sorted = call<float>(OpKind::sorted_values, {values.argument()}, {}, {count});
      for (size_t i = 0; i < places.size(); ++i) {
        const float want = values.elements[static_cast<size_t>(places[i])];
        ASSERT_TRUE(sorted[i] == want || (std::isnan(sorted[i]) && std::isnan(want))) << i;
        ASSERT_FALSE(sorted[i] == 0 && std::signbit(sorted[i])) << i;
      }
    }
    runtime::set_thread_count(threads);
  }
  Values<int8_t> bytes = random_values<int8_t>({5000});
  Values<bfloat16> halves = random_values<bfloat16>({5000});
  Values<int64_t> longs = random_values<int64_t>({5000});
  const auto is_sorted = [](const auto& sorted) {
    return std::is_sorted(sorted.begin(), sorted.end(), [](auto a, auto b) { return +a < +b; });
  };
  EXPECT_TRUE(is_sorted(call<int8_t>(OpKind::sorted_values, {bytes.argument()}, {}, {5000})));
  EXPECT_TRUE(is_sorted(call<bfloat16>(OpKind::sorted_values, {halves.argument()}, {}, {5000})));
  EXPECT_TRUE(is_sorted(call<int64_t>(OpKind::sorted_values, {longs.argument()}, {}, {5000})));
}

TEST(Lines, RowsAreOrderedByTheirFirstDifference) {
  for (const int64_t count : {0, 1, 50, 60'000}) {
    Values<int8_t> values = random_values<int8_t>({count, 3});
    for (int8_t& each : values.elements) each = static_cast<int8_t>(each % 4);
    const auto got = call<int64_t>(OpKind::row_places, {values.argument()}, {}, {count});
    std::vector<int64_t> want(static_cast<size_t>(count));
    std::iota(want.begin(), want.end(), 0);
    std::stable_sort(want.begin(), want.end(), [&](int64_t a, int64_t b) {
      const int8_t* rows = values.elements.data();
      return std::lexicographical_compare(rows + 3 * a, rows + 3 * a + 3, rows + 3 * b,
                                          rows + 3 * b + 3);
    });
    EXPECT_EQ(got, want);
  }
}

// Masks of several parts, some of which hold everywhere or nowhere.
TEST(Lines, WhatAMaskHoldsComesInOrder) {
  for (const Shape& shape : {Shape{200'003}, Shape{50'001, 4}, Shape{41, 70, 60}}) {
    Values<float> values = random_values<float>(shape);
    std::vector<uint8_t> holds(values.elements.size());
    std::vector<float> elements;
    std::vector<int64_t> places;
    std::mt19937 random(3);
    for (size_t i = 0; i < holds.size(); ++i) {
      holds[i] = i < 70'000 ? i % 5'000 < 2'000 : random() % 2;
      if (!holds[i]) continue;
      elements.push_back(values.elements[i]);
      const Dims strides = contiguous_strides(shape);
      for (int dim = 0; dim < shape.rank(); ++dim) {
        places.push_back(static_cast<int64_t>(i) / strides[dim] % shape[dim]);
      }
    }
    const auto count = static_cast<int64_t>(elements.size());
    const auto masked = [&](const Shape& as) {
      return TensorArgument{reinterpret_cast<char*>(holds.data()), kBool, as,
                            contiguous_strides(as)};
    };
    EXPECT_EQ(call<int64_t>(OpKind::nonzero_places, {masked(shape)}, {}, {count, shape.rank()}),
              places);
    TensorArgument vector = values.argument();
    vector.shape = {shape.product()};
    vector.strides = {1};
    EXPECT_EQ(call<float>(OpKind::selected, {vector, masked(vector.shape)}, {}, {count}), elements);
  }
}

TEST(Lines, OrdersAreStable) {
  Values<float> values = random_values<float>({400'000});
  const auto got = call<int64_t>(OpKind::sorted_places, {values.argument()}, {0, 0}, {400'000});
  std::vector<int64_t> want(400'000);
  std::iota(want.begin(), want.end(), 0);
  std::stable_sort(want.begin(), want.end(), [&](int64_t a, int64_t b) {
    return values.elements[static_cast<size_t>(a)] < values.elements[static_cast<size_t>(b)];
  });
  EXPECT_EQ(got, want);
}

// f32 folds in f64: a million elements lose nothing that their last sum shows.
TEST(Lines, SumsKeepTheirDigits) {
  Values<float> values({1'000'000});
  for (float& each : values.elements) each = 0.1f;
  const auto got = call<float>(OpKind::running_sum, {values.argument()}, {0, 0}, {1'000'000});
  EXPECT_EQ(got.back(), static_cast<float>(static_cast<double>(0.1f) * 1'000'000));
}

TEST(Lines, RecurrencesGoEitherWay) {
  Values<double> x({4});
  Values<double> factor({4});
  x.elements = {1, 2, 3, 4};
  factor.elements = {9, 2, 0, -1};
  const std::vector<TensorArgument> operands = {x.argument(), factor.argument()};
  EXPECT_EQ(call<double>(OpKind::linear_recurrence, operands, {0, 0}, {4}),
            (std::vector<double>{1, 4, 3, 1}));
  EXPECT_EQ(call<double>(OpKind::linear_recurrence, operands, {0, 1}, {4}),
            (std::vector<double>{73, 8, 3, 4}));
}

}  // namespace
}  // namespace lazuli::cpu
