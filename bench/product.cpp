// Batches of matrix products, from many small ones to few large, and with an operand that lies
// transposed or stands for the whole batch. The work is counted as multiply-adds.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "bench/traffic.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/runtime/thread_team.h"

namespace {

using lazuli::Tensor;

struct Case {
  const char* way;  // plain, transposed (b lies as [n, k]), shared (one b for all)
  int64_t count, m, n, k;
};
constexpr Case kCases[] = {{"plain", 4096, 16, 16, 16},      {"plain", 1024, 32, 32, 32},
                           {"plain", 64, 128, 128, 128},     {"plain", 4, 512, 512, 512},
                           {"transposed", 1024, 32, 32, 32}, {"transposed", 64, 128, 128, 64},
                           {"transposed", 4, 512, 512, 512}, {"shared", 64, 128, 128, 128},
                           {"plain", 256, 128, 1, 64}};

void multiply(benchmark::State& state, const Case& one) {
  constexpr int kBatch = 4;
  const std::string way = one.way;
  const Tensor a = lazuli::randn({one.count, one.m, one.k});
  Tensor b = way == "transposed" ? lazuli::randn({one.count, one.n, one.k}).transpose(1, 2)
             : way == "shared"   ? lazuli::randn({one.k, one.n}).expand({one.count, -1, -1})
                                 : lazuli::randn({one.count, one.k, one.n});
  lazuli::eval();
  Tensor result;
  const auto run = [&] {
    for (int i = 0; i < kBatch; ++i) {
      result = a.bmm(b);
      lazuli::eval();
    }
    benchmark::DoNotOptimize(result.data_ptr());
  };
  run();
  while (state.KeepRunningBatch(kBatch)) run();
  const auto count = static_cast<double>(one.count);
  const double shared = way == "shared" ? 1 : count;
  const double elements = count * static_cast<double>(one.m * one.k + one.m * one.n) +
                          shared * static_cast<double>(one.k * one.n);
  lazuli::bench::set_traffic(state, elements * sizeof(float), elements * sizeof(float),
                             count * static_cast<double>(one.m * one.n * one.k),
                             lazuli::runtime::thread_count());
}

const bool kRegistered = [] {
  for (const Case& one : kCases) {
    const std::string name = "product/" + std::string(one.way) + "/" + std::to_string(one.count) +
                             "x" + std::to_string(one.m) + "x" + std::to_string(one.n) + "x" +
                             std::to_string(one.k);
    benchmark::RegisterBenchmark(name.c_str(), [one](benchmark::State& state) {
      multiply(state, one);
    })->UseRealTime();
  }
  return true;
}();

}  // namespace
