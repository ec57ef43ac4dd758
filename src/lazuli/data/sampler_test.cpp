#include "lazuli/data/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/data/order.h"

namespace lazuli::data {
namespace {

using Numbers = std::vector<int64_t>;

TEST(Samplers, GiveOrders) {
  EXPECT_EQ(SequentialSampler(4).order(9), (Numbers{0, 1, 2, 3}));
  const RandomSampler random(50, 7);
  EXPECT_EQ(random.order(3), shuffled_order(50, 7, 3));
  EXPECT_NE(random.order(3), random.order(4));
  EXPECT_TRUE(SequentialSampler(0).order(0).empty());
}

TEST(Samplers, DrawByWeight) {
  const WeightedRandomSampler sampler({1, 0, 3}, 40000, 5);
  const Numbers order = sampler.order(0);
  ASSERT_EQ(order.size(), 40000u);
  double counts[3] = {};
  for (const int64_t number : order) counts[number] += 1;
  EXPECT_NEAR(counts[0], 10000, 400);
  EXPECT_EQ(counts[1], 0);
  EXPECT_EQ(sampler.order(0), order);
  EXPECT_NE(sampler.order(1), order);
}

TEST(Samplers, MakeBatches) {
  const auto numbers = std::make_shared<SequentialSampler>(5);
  const BatchSampler all(numbers, 2, false);
  EXPECT_EQ(all.size(), 3);
  EXPECT_EQ(all.batches(0), (std::vector<Numbers>{{0, 1}, {2, 3}, {4}}));
  const BatchSampler whole(numbers, 2, true);
  EXPECT_EQ(whole.size(), 2);
  EXPECT_EQ(whole.batches(0), (std::vector<Numbers>{{0, 1}, {2, 3}}));
  EXPECT_EQ(BatchSampler(numbers, 6, true).size(), 0);
}

TEST(Samplers, RefuseBadArguments) {
  EXPECT_THROW(SequentialSampler(-1), ValueError);
  EXPECT_THROW(RandomSampler(-1, 0), ValueError);
  EXPECT_THROW(WeightedRandomSampler({}, 1, 0), ValueError);
  EXPECT_THROW(WeightedRandomSampler({0, 0}, 1, 0), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1, -1}, 1, 0), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1, NAN}, 1, 0), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1, INFINITY}, 1, 0), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1}, -1, 0), ValueError);
  EXPECT_THROW(BatchSampler(nullptr, 1, false), ValueError);
  EXPECT_THROW(BatchSampler(std::make_shared<SequentialSampler>(1), 0, false), ValueError);
}

}  // namespace
}  // namespace lazuli::data
