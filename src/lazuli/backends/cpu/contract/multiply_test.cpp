#include "lazuli/backends/cpu/contract/multiply.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::MatrixProduct;

// Operands with some room between rows, and a result full of what must not be read.
template <typename T>
struct Case {
  MatrixProduct product;
  std::vector<T> a, b;

  Case(int64_t m, int64_t n, int64_t k, bool a_transposed, bool b_transposed, int64_t gap,
       uint32_t seed) {
    product.dtype = std::is_same_v<T, float> ? DType::f32 : DType::i64;
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
        value = static_cast<T>(static_cast<int>(random() % 2001) - 1000);
        if constexpr (std::is_same_v<T, float>) value /= 777;
      }
    }
  }

  std::vector<T> run(int threads) const {
    const T poison = std::is_same_v<T, float> ? std::numeric_limits<T>::quiet_NaN() : T{77};
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
        const double bound = std::is_same_v<T, float> ? size * 1e-6 + 1e-30 : 0;
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
                                    {257, 129, 65},  {400, 500, 100}, {17, 1000, 100}};
  for (const auto& [m, n, k] : kShapes) expect_right<float>(m, n, k);
}

TEST(MultiplyF32, RandomShapes) {
  std::mt19937 random(7);
  for (int i = 0; i < 40; ++i) {
    expect_right<float>(1 + random() % 150, 1 + random() % 150, 1 + random() % 200);
  }
}

TEST(MultiplyI64, EveryKindOfShape) {
  for (const auto& [m, n, k] : kSmall) expect_right<int64_t>(m, n, k);
  expect_right<int64_t>(100, 70, 130);
  expect_right<int64_t>(64, 128, 64);
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
