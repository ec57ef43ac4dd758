#include "lazuli/runtime/thread_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace lazuli::runtime {
namespace {

class ThreadTeam : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    before_ = thread_count();
    set_thread_count(GetParam());
  }
  void TearDown() override { set_thread_count(before_); }

 private:
  int before_ = 0;
};

TEST_P(ThreadTeam, RunsEachTaskOnce) {
  for (const int64_t count : {0, 1, 2, 3, 100, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<size_t>(count));
    parallel_for(count, [&](int64_t i) { ++runs[static_cast<size_t>(i)]; });
    for (const std::atomic<int>& run : runs) EXPECT_EQ(run, 1);
  }
}

TEST_P(ThreadTeam, ARegionInsideARegionRunsOnItsThread) {
  std::atomic<int> sum{0};
  parallel_for(4, [&](int64_t) {
    const std::thread::id outer = std::this_thread::get_id();
    parallel_for(10, [&](int64_t i) {
      EXPECT_EQ(std::this_thread::get_id(), outer);
      sum += static_cast<int>(i);
    });
  });
  EXPECT_EQ(sum, 4 * 45);
}

TEST_P(ThreadTeam, AThreadGoesThroughARangeInOrder) {
  const std::thread::id caller = std::this_thread::get_id();
  for (int round = 0; round < 100; ++round) {
    std::vector<int64_t> order;
    parallel_for(50, [&](int64_t i) {
      if (std::this_thread::get_id() == caller) order.push_back(i);
    });
    // A range ends once, and what is left of the others' begins anywhere.
    int jumps = 0;
    for (size_t i = 1; i < order.size(); ++i) jumps += order[i] < order[i - 1];
    EXPECT_LT(jumps, GetParam());
  }
}

TEST_P(ThreadTeam, RegionsOfSeveralThreadsDoNotMix) {
  std::vector<std::thread> callers;
  std::atomic<int64_t> sum{0};
  for (int caller = 0; caller < 3; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        int64_t own[10] = {};
        parallel_for(10, [&](int64_t i) { own[i] = i; });
        for (const int64_t value : own) sum += value;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 3 * 200 * 45);
}

TEST_P(ThreadTeam, WakesParkedHelpers) {
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int> sum{0};
    parallel_for(20, [&](int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      ++sum;
    });
    EXPECT_EQ(sum, 20);
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, ThreadTeam, testing::Values(1, 2, 5));

}  // namespace
}  // namespace lazuli::runtime
