// What recording costs: an operation of a loop that is known, a chain with its evaluation, and
// traces that nobody has seen over kernels that everybody has.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <random>

#include "lazuli/api/lazuli.h"

namespace {

using lazuli::Tensor;
using lazuli::metrics::Counter;
using Clock = std::chrono::steady_clock;

constexpr int kOps = 1000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A chain of kOps operations.
Tensor chain(const Tensor& x, const Tensor& y) {
  Tensor result = x;
  for (int i = 0; i < kOps; i += 2) {
    result = result + y;
    result = result * y;
  }
  return result;
}

// Records a chain over and over; evaluations, and the end of the gradient graph, are not timed.
void record(benchmark::State& state, bool requires_grad) {
  Tensor x = lazuli::full({4}, 1.0);
  Tensor y = lazuli::full({4}, 0.5);
  x.requires_grad_(requires_grad);
  lazuli::eval();
  for (int i = 0; i < 3; ++i) {
    const Tensor result = chain(x, y);
    lazuli::eval();
  }
  while (state.KeepRunningBatch(kOps)) {
    const Clock::time_point start = Clock::now();
    const Tensor result = chain(x, y);
    state.SetIterationTime(seconds_since(start));
    lazuli::eval();
  }
}

void record_op(benchmark::State& state) { record(state, false); }
BENCHMARK(record_op)->Name("record/op")->UseManualTime();

void record_op_requires_grad(benchmark::State& state) { record(state, true); }
BENCHMARK(record_op_requires_grad)->Name("record/op_requires_grad")->UseManualTime();

// Records, runs and reads; the time is that of one operation.
void record_chain(benchmark::State& state) {
  const Tensor x = lazuli::full({4}, 1.0);
  const Tensor y = lazuli::full({4}, 0.5);
  lazuli::eval();
  while (state.KeepRunningBatch(kOps)) benchmark::DoNotOptimize(chain(x, y).data_ptr());
}
BENCHMARK(record_chain)->Name("record/chain_1000x4")->UseRealTime();

// Each trace is a sequence of matrix products with one of four elementwise operations after each,
// chosen at random: its entries and its plan are new, its kernels are not. The time is that of one
// entry, with the plan and the run of tiny products.
void record_unseen(benchmark::State& state) {
  constexpr int kPairs = 64;
  constexpr int kEntries = 2 * kPairs;
  const Tensor weight = lazuli::full({4, 4}, 0.25);
  const Tensor start = lazuli::full({4, 4}, 1.0);
  lazuli::eval();
  std::mt19937_64 random(1);
  const auto run = [&] {
    Tensor result = start;
    for (int i = 0; i < kPairs; ++i) {
      result = result.mm(weight);
      switch (random() % 4) {
        case 0:
          result = result + weight;
          break;
        case 1:
          result = result * weight;
          break;
        case 2:
          result = result.relu();
          break;
        default:
          result = result - weight;
          break;
      }
    }
    benchmark::DoNotOptimize(result.data_ptr());
  };
  for (int i = 0; i < 20; ++i) run();
  const uint64_t compiled = lazuli::metrics::value(Counter::kernels_compiled);
  const uint64_t planned = lazuli::metrics::value(Counter::plans_made);
  int64_t traces = 0;
  while (state.KeepRunningBatch(kEntries)) {
    run();
    ++traces;
  }
  state.counters["kernels_compiled"] =
      static_cast<double>(lazuli::metrics::value(Counter::kernels_compiled) - compiled);
  state.counters["plans_a_trace"] =
      static_cast<double>(lazuli::metrics::value(Counter::plans_made) - planned) /
      static_cast<double>(traces);
}
BENCHMARK(record_unseen)->Name("record/unseen")->UseRealTime();

}  // namespace
