#include "lazuli/data/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/data/random.h"

namespace lazuli::data {
namespace {

TEST(ShuffledOrder, IsAPermutation) {
  for (const int64_t count : {0, 1, 2, 3, 1000}) {
    std::vector<int64_t> order = shuffled_order(count, 1, 0);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(static_cast<int64_t>(order.size()), count);
    for (int64_t i = 0; i < count; ++i) EXPECT_EQ(order[i], i);
  }
}

TEST(ShuffledOrder, DependsOnSeedAndEpochAlone) {
  EXPECT_EQ(shuffled_order(100, 1, 2), shuffled_order(100, 1, 2));
  EXPECT_NE(shuffled_order(100, 1, 2), shuffled_order(100, 1, 3));
  EXPECT_NE(shuffled_order(100, 1, 2), shuffled_order(100, 2, 2));
  // Pinned: equal on every machine.
  EXPECT_EQ(shuffled_order(8, 1, 0), (std::vector<int64_t>{3, 4, 1, 7, 5, 0, 6, 2}));
}

TEST(ShuffledOrder, TakesEachPlaceAboutAsOften) {
  int counts[5][5] = {};
  for (uint64_t epoch = 0; epoch < 5000; ++epoch) {
    const std::vector<int64_t> order = shuffled_order(5, 3, epoch);
    for (int i = 0; i < 5; ++i) ++counts[i][order[i]];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, 1000, 150);
  }
}

TEST(ShuffledOrder, RefusesCountsItCannotDraw) {
  EXPECT_THROW(shuffled_order(-1, 0, 0), ValueError);
  EXPECT_THROW(shuffled_order(int64_t{1} << 32, 0, 0), ValueError);
}

TEST(Draws, CoverTheirRange) {
  Draws draws(1, 2);
  float low = 1;
  float high = 0;
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const float value = draws.uniform(0, 1);
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
  }
  EXPECT_GE(low, 0);
  EXPECT_LT(high, 1);
  EXPECT_LT(low, 0.001f);
  EXPECT_GT(high, 0.999f);
  EXPECT_NEAR(sum / 100000, 0.5, 0.005);
}

}  // namespace
}  // namespace lazuli::data
