#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "lazuli/backends/cpu/library/library.h"
#include "lazuli/backends/cpu/library/philox.h"
#include "lazuli/core/element_types.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

template <typename T = float>
std::vector<T> draw(uint64_t seed, uint64_t counter, int64_t count) {
  std::vector<T> values(static_cast<size_t>(count) + 1, T(-1));
  const uint64_t numbers[2] = {seed, counter};
  backend::LibraryCall call{};
  call.kind = op::OpKind::rand;
  call.result = {reinterpret_cast<char*>(values.data()), dtype_of_elements<T>(), Shape{count},
                 Dims{1}};
  call.numbers = numbers;
  call_library(call);
  EXPECT_EQ(values.back(), -1);  // nothing behind the result is written
  values.pop_back();
  return values;
}

// The known answers of the authors' Random123.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox::words_of({0, 0, 0, 0}, 0, 0),
            (philox::Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(
      philox::words_of({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffff, 0xffffffff),
      (philox::Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox::words_of({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
      (philox::Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rand, FollowsTheStream) {
  for (const uint64_t seed : {uint64_t{0}, uint64_t{0x123456789abcdef0}}) {
    for (const uint64_t counter : {uint64_t{0}, uint64_t{5}, uint64_t{0xfffffff0},
                                   uint64_t{0xfffffffffffffff5}, uint64_t{1} << 40}) {
      for (const int64_t count : {0, 1, 3, 4, 31, 32, 33, 100, 1000}) {
        const std::vector<float> values = draw(seed, counter, count);
        for (int64_t i = 0; i < count; ++i) {
          const philox::Words words =
              philox::block_of(seed, counter + static_cast<uint64_t>(i / 4));
          ASSERT_EQ(values[static_cast<size_t>(i)],
                    philox::to_uniform(words[static_cast<size_t>(i % 4)]));
        }
      }
    }
  }
}

// Element i is low plus the upper half of count times words 2 i and 2 i + 1.
TEST(RandInt, FollowsTheStream) {
  for (const auto& [low, high] : std::vector<std::pair<int64_t, int64_t>>{
           {0, 10}, {-7, 8}, {std::numeric_limits<int64_t>::min(), 5}}) {
    std::vector<int64_t> values(70001);
    const uint64_t numbers[4] = {3, 11, static_cast<uint64_t>(low), static_cast<uint64_t>(high)};
    backend::LibraryCall call{};
    call.kind = op::OpKind::randint;
    call.result = {reinterpret_cast<char*>(values.data()), DType::i64,
                   Shape{static_cast<int64_t>(values.size())}, Dims{1}};
    call.numbers = numbers;
    call_library(call);
    for (size_t i = 0; i < values.size(); i += 37) {
      const philox::Words words = philox::block_of(3, 11 + i / 2);
      const uint64_t bits = uint64_t{words[i % 2 * 2]} << 32 | words[i % 2 * 2 + 1];
      __extension__ using Wide = unsigned __int128;
      const uint64_t count = numbers[3] - numbers[2];
      ASSERT_EQ(static_cast<uint64_t>(values[i]),
                numbers[2] + static_cast<uint64_t>(Wide{bits} * count >> 64));
      ASSERT_TRUE(values[i] >= low && values[i] < high);
    }
  }
}

TEST(Rand, DoesNotDependOnThreadsOrCuts) {
  const int before = runtime::thread_count();
  runtime::set_thread_count(1);
  const std::vector<float> one = draw(42, 7, 300001);
  runtime::set_thread_count(3);
  EXPECT_EQ(draw(42, 7, 300001), one);
  runtime::set_thread_count(before);
  const std::vector<float> later = draw(42, 7 + 1000, 100);
  EXPECT_EQ(std::memcmp(later.data(), one.data() + 4000, 400), 0);
}

TEST(Rand, GivesEachDTypeTheBitsThatItHolds) {
  for (const int64_t count : {1, 2, 5, 33, 1000, 70000}) {
    const std::vector<double> wide = draw<double>(9, 3, count);
    const std::vector<float16> halves = draw<float16>(9, 3, count);
    const std::vector<bfloat16> shorts = draw<bfloat16>(9, 3, count);
    for (int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<size_t>(i);
      const philox::Words pair = philox::block_of(9, 3 + static_cast<uint64_t>(i / 2));
      ASSERT_EQ(wide[at], philox::to_uniform_f64(pair[at % 2 * 2], pair[at % 2 * 2 + 1]));
      const philox::Words words = philox::block_of(9, 3 + static_cast<uint64_t>(i / 4));
      ASSERT_EQ(static_cast<float>(halves[at]), std::ldexp(float(words[at % 4] >> 21), -11));
      ASSERT_EQ(static_cast<float>(shorts[at]), std::ldexp(float(words[at % 4] >> 24), -8));
      ASSERT_TRUE(wide[at] >= 0 && wide[at] < 1 && halves[at] < 1 && shorts[at] < 1);
    }
  }
}

TEST(Rand, IsUniform) {
  const std::vector<float> values = draw(1, 0, 1 << 20);
  double sum = 0;
  std::vector<int> bins(16);
  for (const float value : values) {
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    ++bins[static_cast<size_t>(value * 16)];
  }
  EXPECT_NEAR(sum / static_cast<double>(values.size()), 0.5, 0.002);
  for (const int bin : bins) EXPECT_NEAR(bin, 65536, 1500);
}

}  // namespace
}  // namespace lazuli::cpu
