// A chain of 16 elementwise operations, fused into one kernel: how near it comes to the machine's
// bandwidth (simple) or to its arithmetic (mixed).
#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/primitives.h"
#include "bench/traffic.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/runtime/thread_team.h"

namespace {

using lazuli::Tensor;
using lazuli::op::OpKind;

// 16 operations, a primitive or two each.
Tensor simple(const Tensor& x) {
  Tensor result = x;
  for (int i = 0; i < 4; ++i) {
    result = result * 0.5;
    result = result + 0.25;
    result = result.relu();
    result = result - 0.125;
  }
  return result;
}

// 16 operations, among them two exp, two tanh and a sigmoid written with exp.
Tensor mixed(const Tensor& x) {
  Tensor result = (x * 0.5 + 0.1).tanh() - 0.5;
  result = 1.0 / ((-result).exp() + 1.0);
  result = (result * 0.5).exp() - 1.0;
  result = (result * 0.5).tanh() + 0.25;
  return (result * 0.5).relu();
}

double primitives_of(bool is_mixed) {
  using lazuli::bench::primitives_in;
  const double cheap = primitives_in(OpKind::mul);
  if (!is_mixed) return 16 * cheap;
  return 11 * cheap + 2 * primitives_in(OpKind::exp) + 2 * primitives_in(OpKind::tanh) +
         primitives_in(OpKind::div);
}

void chain(benchmark::State& state, bool is_mixed) {
  const int64_t floats = state.range(0);
  const int threads = static_cast<int>(state.range(1));
  const int before = lazuli::runtime::thread_count();
  lazuli::runtime::set_thread_count(threads);
  const Tensor x = lazuli::rand({floats});
  Tensor result;
  const int64_t batch = floats < 1 << 20 ? 100 : 4;
  const auto run = [&] {
    for (int64_t i = 0; i < batch; ++i) {
      result = is_mixed ? mixed(x) : simple(x);
      lazuli::eval();
    }
    benchmark::DoNotOptimize(result.data_ptr());
  };
  run();
  while (state.KeepRunningBatch(batch)) run();
  lazuli::runtime::set_thread_count(before);
  const double bytes = 2.0 * sizeof(float) * static_cast<double>(floats);
  lazuli::bench::set_traffic(state, bytes, bytes,
                             primitives_of(is_mixed) * static_cast<double>(floats), threads);
}

void chain_simple(benchmark::State& state) { chain(state, false); }
void chain_mixed(benchmark::State& state) { chain(state, true); }

void sizes(benchmark::internal::Benchmark* row) {
  row->ArgNames({"floats", "threads"})->UseRealTime();
  for (const int64_t floats : {int64_t{1} << 16, int64_t{1} << 24}) {
    for (const int64_t threads : {1, 2}) row->Args({floats, threads});
  }
}
BENCHMARK(chain_simple)->Name("chain/simple")->Apply(sizes);
BENCHMARK(chain_mixed)->Name("chain/mixed")->Apply(sizes);

}  // namespace
