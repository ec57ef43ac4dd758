#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <vector>

#include "lazuli/backends/cpu/library/library.h"
#include "lazuli/core/element_types.h"
#include "lazuli/core/layout.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::TensorArgument;

template <typename T>
TensorArgument argument(std::vector<T>& values, const Shape& shape, const Dims& strides) {
  return {reinterpret_cast<char*>(values.data()), dtype_of_elements<T>(), shape, strides};
}

template <typename T>
TensorArgument argument(std::vector<T>& values, const Shape& shape) {
  return argument(values, shape, contiguous_strides(shape));
}

uint32_t run(const TensorArgument& self, int dim, const TensorArgument& index,
             const TensorArgument& source, const TensorArgument& result) {
  std::atomic<uint32_t> fault{0};
  const TensorArgument operands[3] = {self, index, source};
  const int64_t attributes[1] = {dim};
  backend::LibraryCall call{};
  call.kind = op::OpKind::scatter_add;
  call.operands = operands;
  call.result = result;
  call.attributes = attributes;
  call.fault = &fault;
  call_library(call);
  return fault;
}

template <typename T>
void expect_as_by_hand(const Shape& shape, const Shape& index_shape, int dim) {
  std::mt19937 random(3);
  std::vector<T> self(static_cast<size_t>(shape.product()));
  std::vector<T> source(static_cast<size_t>(index_shape.product()));
  std::vector<int64_t> index(source.size());
  for (T& value : self) value = static_cast<T>(static_cast<float>(random() % 100) / 7);
  for (T& value : source) value = static_cast<T>(static_cast<float>(random() % 100) / 7);
  for (int64_t& value : index) value = static_cast<int64_t>(random()) % shape[dim];

  std::vector<T> expected = self;
  const Dims strides = contiguous_strides(shape);
  const Dims index_strides = contiguous_strides(index_shape);
  for (int64_t i = 0; i < index_shape.product(); ++i) {
    int64_t at = 0;
    for (int d = 0; d < shape.rank(); ++d) {
      const int64_t position = i / index_strides[d] % index_shape[d];
      at += strides[d] * (d == dim ? index[static_cast<size_t>(i)] : position);
    }
    T& to = expected[static_cast<size_t>(at)];
    to = static_cast<T>(to + source[static_cast<size_t>(i)]);
  }
  for (const int threads : {1, 2, 3}) {
    runtime::set_thread_count(threads);
    std::vector<T> result(self.size(), static_cast<T>(99));
    EXPECT_EQ(run(argument(self, shape), dim, argument(index, index_shape),
                  argument(source, index_shape), argument(result, shape)),
              0u);
    EXPECT_EQ(result, expected);
  }
  runtime::set_thread_count(2);
  std::vector<T> in_place = self;
  run(argument(in_place, shape), dim, argument(index, index_shape), argument(source, index_shape),
      argument(in_place, shape));
  EXPECT_EQ(in_place, expected);
}

TEST(ScatterAdd, AddsInOrder) {
  expect_as_by_hand<float>({7}, {1000}, 0);
  expect_as_by_hand<float>({5, 300}, {200, 300}, 0);
  expect_as_by_hand<float>({300, 5}, {300, 20}, 1);
  expect_as_by_hand<float>({6, 9, 700}, {4, 30, 650}, 1);
  expect_as_by_hand<float>({3, 4}, {0, 4}, 0);
}

TEST(ScatterAdd, CutsLongLines) {
  expect_as_by_hand<float>({1000}, {300'000}, 0);
  expect_as_by_hand<float>({40'003}, {150'001}, 0);
  expect_as_by_hand<float>({1}, {140'000}, 0);
  expect_as_by_hand<bfloat16>({3, 70'000}, {2, 140'000}, 1);
}

TEST(ScatterAdd, AddsWholeRows) {
  std::vector<float> self(5 * 40), source(7 * 40), result(5 * 40);
  std::vector<int64_t> index{4, 0, 4, 2, 2, 2, 0};
  for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<float>(i % 13) / 3;
  std::vector<float> expected = self;
  for (size_t i = 0; i < source.size(); ++i) {
    expected[static_cast<size_t>(index[i / 40]) * 40 + i % 40] += source[i];
  }
  EXPECT_EQ(run(argument(self, {5, 40}), 0, argument(index, {7, 40}, {1, 0}),
                argument(source, {7, 40}), argument(result, {5, 40})),
            0u);
  EXPECT_EQ(result, expected);
}

TEST(ScatterAdd, TakesEveryDType) {
  expect_as_by_hand<uint8_t>({4, 5, 6}, {4, 3, 90}, 2);
  expect_as_by_hand<int8_t>({4, 5, 6}, {4, 3, 90}, 2);
  expect_as_by_hand<int16_t>({4, 5, 6}, {4, 3, 9}, 2);
  expect_as_by_hand<int32_t>({4, 5, 6}, {4, 3, 9}, 2);
  expect_as_by_hand<int64_t>({4, 5, 6}, {4, 3, 9}, 2);
  expect_as_by_hand<float16>({7}, {1000}, 0);
  expect_as_by_hand<bfloat16>({300, 5}, {300, 20}, 1);
  expect_as_by_hand<double>({6, 9, 70}, {4, 30, 65}, 1);
}

TEST(ScatterAdd, TakesStridedOperands) {
  std::vector<float> self{1, 2, 3, 4, 5, 6};  // [2, 3] read as its transpose
  std::vector<int64_t> index{2, 0};           // [2] repeated along columns
  std::vector<float> source{10, 100};         // one row for both
  std::vector<float> result(6);
  EXPECT_EQ(run(argument(self, {3, 2}, {1, 3}), 0, argument(index, {2, 2}, {1, 0}),
                argument(source, {2, 2}, {0, 1}), argument(result, {3, 2})),
            0u);
  EXPECT_EQ(result, (std::vector<float>{11, 104, 2, 5, 13, 106}));
}

TEST(ScatterAdd, TakesNumbers) {
  std::vector<int64_t> self{5}, index{0}, source{3}, result{0};
  EXPECT_EQ(
      run(argument(self, {}), 0, argument(index, {}), argument(source, {}), argument(result, {})),
      0u);
  EXPECT_EQ(result[0], 8);
}

TEST(ScatterAdd, AnIndexOutOfRangeChangesNothing) {
  for (const int64_t bad : {int64_t{3}, int64_t{-1}, int64_t{1} << 40}) {
    std::vector<float> self{1, 2, 3}, source{1, 1}, result{7, 7, 7};
    std::vector<int64_t> index{0, bad};
    EXPECT_EQ(run(argument(self, {3}), 0, argument(index, {2}), argument(source, {2}),
                  argument(result, {3})),
              1u);
    EXPECT_EQ(result, (std::vector<float>{7, 7, 7}));
  }
}

}  // namespace
}  // namespace lazuli::cpu
