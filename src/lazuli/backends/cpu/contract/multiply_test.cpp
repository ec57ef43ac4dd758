#include "lazuli/backends/cpu/contract/multiply.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "lazuli/core/element_types.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::MatrixProduct;

// Half the distance of neighbours by their size, where a result is rounded once more.
template <typename T>
constexpr double kRounding = std::is_same_v<T, float16> ? 0x1p-11 : 0x1p-8;

// Operands with some room between rows, and a result full of what must not be read.
template <typename T>
struct Case {
  MatrixProduct product;
  std::vector<T> a, b;

  Case(int64_t m, int64_t n, int64_t k, bool a_transposed, bool b_transposed, int64_t gap,
       uint32_t seed) {
    product.dtype = dtype_of_elements<T>();
    product.m = m;
    product.n = n;
    product.k = k;
    product.a_transposed = a_transposed;
    product.b_transposed = b_transposed;
    product.a_leading = (a_transposed ? m : k) + gap;
    product.b_leading = (b_transposed ? k : n) + gap;
    product.result_leading = n + gap;
    a.resize(static_cast<size_t>((a_transposed ? k : m) * product.a_leading + 1));
    b.resize(static_cast<size_t>((b_transposed ? n : k) * product.b_leading + 1));
    std::mt19937 random(seed);
    for (auto* operand : {&a, &b}) {
      for (T& value : *operand) {
        const int whole = static_cast<int>(random() % 2001) - 1000;
        if constexpr (std::is_integral_v<T>) {
          value = static_cast<T>(whole);
        } else {
          value = static_cast<T>(static_cast<float>(whole) / 777);
        }
      }
    }
  }

  std::vector<T> run(int threads) const {
    const auto poison = static_cast<T>(77);
    std::vector<T> result(static_cast<size_t>(product.m * product.result_leading + 1), poison);
    const int before = runtime::thread_count();
    runtime::set_thread_count(threads);
    multiply(product, a.data(), b.data(), result.data());
    runtime::set_thread_count(before);
    for (int64_t i = 0; i < product.m; ++i) {  // the gaps are untouched
      for (int64_t j = product.n; j < product.result_leading; ++j) {
        const T value = result[static_cast<size_t>(i * product.result_leading + j)];
        EXPECT_EQ(std::memcmp(&value, &poison, sizeof value), 0);
      }
    }
    return result;
  }

  void check(const std::vector<T>& result) const {
    for (int64_t i = 0; i < product.m; ++i) {
      for (int64_t j = 0; j < product.n; ++j) {
        double sum = 0;
        double size = 0;
        for (int64_t k = 0; k < product.k; ++k) {
          const T x = a[static_cast<size_t>(product.a_transposed ? k * product.a_leading + i
                                                                 : i * product.a_leading + k)];
          const T y = b[static_cast<size_t>(product.b_transposed ? j * product.b_leading + k
                                                                 : k * product.b_leading + j)];
          sum += static_cast<double>(x) * static_cast<double>(y);
          size += std::abs(static_cast<double>(x) * static_cast<double>(y));
        }
        const T value = result[static_cast<size_t>(i * product.result_leading + j)];
        if constexpr (std::is_integral_v<T>) {
          ASSERT_EQ(value, static_cast<T>(static_cast<int64_t>(sum)));
          continue;
        }
        const double last = sizeof(T) == 2 ? std::abs(sum) * kRounding<T> : 0;
        const double bound = size * (sizeof(T) == 8 ? 1e-15 : 1e-6) + last + 1e-30;
        ASSERT_NEAR(static_cast<double>(value), sum, bound)
            << product.m << "x" << product.n << "x" << product.k << " at " << i << ", " << j;
      }
    }
  }
};

template <typename T>
void expect_right(int64_t m, int64_t n, int64_t k) {
  for (int flags = 0; flags < 4; ++flags) {
    const Case<T> one(m, n, k, flags & 1, flags & 2, flags * 2, static_cast<uint32_t>(m + n + k));
    const std::vector<T> result = one.run(1);
    one.check(result);
    for (const int threads : {2, 3}) {
      const std::vector<T> other = one.run(threads);
      EXPECT_EQ(std::memcmp(result.data(), other.data(), result.size() * sizeof(T)), 0)
          << m << "x" << n << "x" << k << " with " << threads << " threads";
    }
  }
}

constexpr int64_t kSmall[][3] = {{1, 1, 1},    {1, 5, 3},    {5, 1, 3},     {2, 2, 2},
                                 {3, 4, 5},    {7, 9, 17},   {16, 16, 16},  {17, 33, 65},
                                 {1, 100, 64}, {100, 1, 64}, {64, 10, 256}, {33, 2, 129},
                                 {2, 200, 31}};

TEST(MultiplyF32, SmallShapes) {
  for (const auto& [m, n, k] : kSmall) expect_right<float>(m, n, k);
}

TEST(MultiplyF32, ShapesInPieces) {
  constexpr int64_t kShapes[][3] = {{128, 128, 128}, {100, 300, 70},  {300, 100, 70},
                                    {1, 1500, 700},  {1500, 1, 700},  {20, 30, 3000},
                                    {257, 129, 65},  {400, 500, 100}, {17, 1000, 100},
                                    {2, 600, 40},    {16, 128, 64},   {20, 130, 100}};
  for (const auto& [m, n, k] : kShapes) expect_right<float>(m, n, k);
}

TEST(MultiplyF32, RandomShapes) {
  std::mt19937 random(7);
  for (int i = 0; i < 40; ++i) {
    expect_right<float>(1 + random() % 150, 1 + random() % 150, 1 + random() % 200);
  }
}

TEST(MultiplyF64, EveryKindOfShape) {
  for (const auto& [m, n, k] : kSmall) expect_right<double>(m, n, k);
  expect_right<double>(128, 128, 128);
  expect_right<double>(257, 129, 65);
  expect_right<double>(1, 1500, 700);
}

TEST(MultiplyHalf, EveryKindOfShape) {
  for (const auto& [m, n, k] : kSmall) {
    expect_right<float16>(m, n, k);
    expect_right<bfloat16>(m, n, k);
  }
  expect_right<float16>(300, 140, 270);
  expect_right<bfloat16>(140, 300, 130);
  expect_right<float16>(1, 700, 1000);
}

TEST(MultiplyHalf, RoundsOnce) {
  // 2048 + 1 + 1: each sum alone would stay 2048 in f16.
  const std::vector<float16> a = {float16(2048), float16(1), float16(1)};
  const std::vector<float16> b = {float16(1), float16(1), float16(1)};
  float16 result;
  multiply({DType::f16, 1, 1, 3, false, false, 3, 1, 1}, a.data(), b.data(), &result);
  EXPECT_EQ(static_cast<float>(result), 2050);
}

TEST(MultiplyInteger, EveryKindOfShape) {
  for (const auto& [m, n, k] : kSmall) {
    expect_right<uint8_t>(m, n, k);
    expect_right<int8_t>(m, n, k);
    expect_right<int16_t>(m, n, k);
    expect_right<int32_t>(m, n, k);
  }
  expect_right<uint8_t>(100, 70, 130);
  expect_right<int16_t>(64, 128, 64);
}

TEST(MultiplyI64, EveryKindOfShape) {
  for (const auto& [m, n, k] : kSmall) expect_right<int64_t>(m, n, k);
  expect_right<int64_t>(100, 70, 130);
  expect_right<int64_t>(64, 128, 64);
}

// A batch [2, 3] whose operands lie by strides of their own, a's the other way round, b's repeated
// along one dimension, against its products one by one.
template <typename T>
void expect_batch(int64_t m, int64_t n, int64_t k) {
  for (int flags = 0; flags < 4; ++flags) {
    const Case<T> all(6 * m, 3 * n, k, false, false, 0, static_cast<uint32_t>(m + n + k + flags));
    MatrixProduct one;
    one.dtype = all.product.dtype;
    one.m = m;
    one.n = n;
    one.k = k;
    one.a_transposed = flags & 1;
    one.b_transposed = flags & 2;
    one.a_leading = one.a_transposed ? m : k;
    one.b_leading = one.b_transposed ? k : n;
    one.result_leading = n;
    MatrixProduct batch = one;
    batch.batch = {2, 3};
    batch.a_batch = {m * k, 2 * m * k};
    batch.b_batch = {0, k * n};
    std::vector<T> expected(static_cast<size_t>(6 * m * n));
    for (int64_t i = 0; i < 6; ++i) {
      multiply(one, all.a.data() + (i / 3 + i % 3 * 2) * m * k, all.b.data() + i % 3 * k * n,
               expected.data() + i * m * n);
    }
    const int before = runtime::thread_count();
    for (const int threads : {1, 2, 3}) {
      runtime::set_thread_count(threads);
      std::vector<T> result(expected.size(), static_cast<T>(77));
      multiply(batch, all.a.data(), all.b.data(), result.data());
      EXPECT_EQ(std::memcmp(result.data(), expected.data(), result.size() * sizeof(T)), 0)
          << m << "x" << n << "x" << k << " with " << threads << " threads, " << flags;
    }
    runtime::set_thread_count(before);
  }
}

TEST(Multiply, BatchesAreTheirProducts) {
  for (const auto& [m, n, k] : kSmall) {
    expect_batch<float>(m, n, k);
    expect_batch<double>(m, n, k);
    expect_batch<float16>(m, n, k);
    expect_batch<int32_t>(m, n, k);
    expect_batch<int64_t>(m, n, k);
  }
  expect_batch<float>(100, 70, 130);
  expect_batch<bfloat16>(140, 130, 64);
}

TEST(MultiplyI64, Wraps) {
  const int64_t large = int64_t{1} << 62;
  const int64_t four = 4;
  int64_t result = -1;
  multiply({DType::i64, 1, 1, 1, false, false, 1, 1, 1}, &large, &four, &result);
  EXPECT_EQ(result, 0);
}

TEST(Multiply, SumsOverNothingAreZero) {
  float results[6] = {1, 2, 3, 4, 5, 6};
  multiply({DType::f32, 2, 2, 0, false, false, 1, 2, 3}, nullptr, nullptr, results);
  const float expected[6] = {0, 0, 3, 0, 0, 6};
  EXPECT_EQ(std::memcmp(results, expected, sizeof results), 0);
  multiply({DType::f32, 0, 2, 4, false, false, 4, 2, 2}, nullptr, nullptr, nullptr);
  multiply({DType::i64, 2, 0, 4, false, false, 4, 1, 1}, nullptr, nullptr, nullptr);
  multiply({DType::f32, 1, 2, 0, false, false, 1, 2, 3, {2}, {0}, {0}}, nullptr, nullptr, results);
  const float batch[6] = {0, 0, 3, 0, 0, 6};
  EXPECT_EQ(std::memcmp(results, batch, sizeof results), 0);
  multiply({DType::f32, 2, 2, 2, false, false, 2, 2, 2, {0}, {4}, {4}}, nullptr, nullptr, nullptr);
}

TEST(Multiply, NaNAndInfinityPassThrough) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float a[4] = {1, nan, 0, 1};
  const float b[4] = {2, 3, 4, 5};
  float result[4];
  multiply({DType::f32, 2, 2, 2, false, false, 2, 2, 2}, a, b, result);
  EXPECT_TRUE(std::isnan(result[0]) && std::isnan(result[1]));
  EXPECT_EQ(result[2], 4);
  EXPECT_EQ(result[3], 5);
}

}  // namespace
}  // namespace lazuli::cpu
