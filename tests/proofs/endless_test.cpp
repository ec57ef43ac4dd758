// Proof 3: programs without step marks, of any length, run in the memory that they keep alive.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "lazuli/api/lazuli.h"
#include "lazuli/exec/executor.h"

namespace lazuli {
namespace {

using metrics::Counter;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRandomTraces = 20'000;
#else
constexpr int kRandomTraces = 1'000'000;
#endif

int64_t resident_bytes() {
  long pages = 0;
  long resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * sysconf(_SC_PAGESIZE);
}

// 137 operations a round, no two rounds marked.
Tensor round_of_137(Tensor x, const Tensor& a, const Tensor& b) {
  for (int i = 0; i < 45; ++i) x = (x * a + b).tanh();
  return x * 0.5 + a;
}

TEST(Endless, a_loop_of_137_operations_settles_on_three_plans) {
  const Tensor a = rand({8});
  const Tensor b = rand({8});
  Tensor x = rand({8});
  eval();
  Tensor marked = x;
  const uint64_t before = metrics::value(Counter::plans_made);
  for (int i = 0; i < 600; ++i) x = round_of_137(x, a, b);
  const uint64_t made = metrics::value(Counter::plans_made) - before;
  EXPECT_LE(made, 3u);
  EXPECT_GT(metrics::value(Counter::cuts), 10u);
  const std::vector<float> unmarked_values = x.to_vector<float>();
  for (int i = 0; i < 600; ++i) {
    marked = round_of_137(marked, a, b);
    eval();
  }
  EXPECT_EQ(marked.to_vector<float>(), unmarked_values);
}

TEST(Endless, a_recurrence_runs_in_flat_memory) {
  const Tensor b = full({1000}, 0.5);
  const Tensor c = full({1000}, 1.0);
  Tensor a = rand({1000});
  for (int i = 0; i < 20'000; ++i) a = a * b + c;
  exec::drain();
  const int64_t before = resident_bytes();
  for (int i = 0; i < 200'000; ++i) a = a * b + c;
  exec::drain();
  EXPECT_LT(resident_bytes() - before, int64_t{16} << 20);
  EXPECT_EQ(a.to_vector<float>(), std::vector<float>(1000, 2.0f));
}

TEST(Endless, a_chain_of_100_000_operations_evaluates_and_goes) {
  Tensor x = full({4}, 1.0);
  for (int i = 0; i < 100'000; ++i) x = x + 1;
  EXPECT_EQ(x.to_vector<float>(), std::vector<float>(4, 100'001.0f));
}

TEST(Endless, a_gradient_of_100_000_operations_is_walked_and_goes) {
  const Tensor leaf = full({4}, 1.0).requires_grad_();
  Tensor x = leaf;
  for (int i = 0; i < 100'000; ++i) x = x * 1.0000001;
  x.sum().backward();
  EXPECT_NEAR(leaf.grad().to_vector<float>()[0], 1.01, 0.01);
  Tensor unused = leaf;
  for (int i = 0; i < 100'000; ++i) unused = unused + 1;  // dropped without a backward
}

TEST(Endless, a_million_random_traces_run_in_bounded_memory) {
  std::mt19937 random(11);
  const Tensor a = rand({4});
  const Tensor b = rand({4});
  eval();
  int64_t settled = 0;
  for (int i = 0; i < kRandomTraces; ++i) {
    Tensor pool[3] = {a, b, a};
    const int length = 1 + static_cast<int>(random() % 6);
    for (int j = 0; j < length; ++j) {
      const Tensor& x = pool[random() % 3];
      const Tensor& y = pool[random() % 3];
      switch (random() % 4) {
        case 0:
          pool[j % 3] = x + y;
          break;
        case 1:
          pool[j % 3] = x * y;
          break;
        case 2:
          pool[j % 3] = maximum(x, y);
          break;
        default:
          pool[j % 3] = x - y;
      }
    }
    eval();
    if (i == kRandomTraces / 2) settled = resident_bytes();
  }
  exec::drain();
  const exec::CacheBytes caches = exec::cache_bytes();
  EXPECT_LT(caches.trie, int64_t{80} << 20);
  EXPECT_LT(caches.plans, int64_t{140} << 20);
  EXPECT_LT(caches.kernels, int64_t{80} << 20);
  // The few traces of a sanitizer's run don't fill the caches, and its own memory counts as ours.
  if (kRandomTraces >= 1'000'000) {
    EXPECT_LT(resident_bytes() - settled, int64_t{128} << 20);
  }
}

}  // namespace
}  // namespace lazuli
