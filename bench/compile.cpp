// What it costs to turn a kernel that nobody has seen into machine code.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "lazuli/api/lazuli.h"

namespace {

using lazuli::Tensor;
using lazuli::metrics::Counter;

// A chain of 4 to 16 operations chosen at random, some of them long (exp, tanh), at times summed.
Tensor any_chain(const Tensor& x, std::mt19937_64& random) {
  Tensor result = x;
  const uint64_t length = 4 + random() % 13;
  for (uint64_t i = 0; i < length; ++i) {
    switch (random() % 8) {
      case 0:
        result = result + x;
        break;
      case 1:
        result = result * x;
        break;
      case 2:
        result = result - x;
        break;
      case 3:
        result = result.relu();
        break;
      case 4:
        result = -result;
        break;
      case 5:
        result = result.maximum(x);
        break;
      case 6:
        result = result.tanh();
        break;
      default:
        result = (result * 0.5).exp();
        break;
    }
  }
  return random() % 4 == 0 ? result.sum(1) : result;
}

// The median of the time that the compiler itself counts, a kernel.
void compile_kernel(benchmark::State& state) {
  const Tensor x = lazuli::rand({16, 64});
  lazuli::eval();
  std::mt19937_64 random(1);
  std::vector<double> seconds;
  for (auto _ : state) {
    const uint64_t kernels = lazuli::metrics::value(Counter::kernels_compiled);
    const uint64_t nanoseconds = lazuli::metrics::value(Counter::compile_nanoseconds);
    benchmark::DoNotOptimize(any_chain(x, random).data_ptr());
    const uint64_t compiled = lazuli::metrics::value(Counter::kernels_compiled) - kernels;
    const uint64_t spent = lazuli::metrics::value(Counter::compile_nanoseconds) - nanoseconds;
    state.SetIterationTime(1e-9 * static_cast<double>(spent));
    if (compiled > 0) {
      seconds.push_back(1e-9 * static_cast<double>(spent) / static_cast<double>(compiled));
    }
  }
  if (seconds.empty()) return state.SkipWithError("no kernel was compiled");
  std::sort(seconds.begin(), seconds.end());
  state.counters["kernels"] = static_cast<double>(seconds.size());
  state.counters["median_us"] = 1e6 * seconds[seconds.size() / 2];
  state.counters["slowest_us"] = 1e6 * seconds.back();
}
BENCHMARK(compile_kernel)
    ->Name("compile/kernel")
    ->UseManualTime()
    ->Iterations(500)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
