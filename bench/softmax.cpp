// Softmax and cross entropy of 8192 rows of 1024, forwards and with their gradients.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "bench/primitives.h"
#include "bench/traffic.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/runtime/thread_team.h"

namespace {

using lazuli::Tensor;
using lazuli::op::OpKind;

constexpr int64_t kRows = 8192;
constexpr int64_t kColumns = 1024;

struct Inputs {
  Tensor logits = lazuli::randn({kRows, kColumns});
  Tensor grad = lazuli::randn({kRows, kColumns});
  Tensor target;

  explicit Inputs(bool requires_grad) {
    std::vector<int64_t> labels(kRows);
    for (int64_t i = 0; i < kRows; ++i) labels[i] = i * 7919 % kColumns;
    target = lazuli::from_vector(labels, {kRows});
    lazuli::eval();
    logits.requires_grad_(requires_grad);
  }
};

// `step` records one pass and gives what must be computed; `arrays` of the logits' size go to or
// from memory when forward and backward read their operands once each and write their result.
template <typename Step>
void measure(benchmark::State& state, bool requires_grad, int arrays, int primitives, Step step) {
  constexpr int kBatch = 4;
  const Inputs inputs(requires_grad);
  Tensor result;
  const auto run = [&] {
    for (int i = 0; i < kBatch; ++i) {
      inputs.logits.set_grad({});
      result = step(inputs);
      lazuli::eval();
    }
    benchmark::DoNotOptimize(result.data_ptr());
  };
  run();
  while (state.KeepRunningBatch(kBatch)) run();
  const double elements = static_cast<double>(kRows * kColumns);
  const double bytes = arrays * elements * sizeof(float);
  lazuli::bench::set_traffic(state, bytes, bytes,
                             (primitives + lazuli::bench::primitives_in(OpKind::exp)) * elements,
                             lazuli::runtime::thread_count());
}

// Reads the logits; writes the result. Maximum, difference, exp, sum, quotient.
void softmax_forward(benchmark::State& state) {
  measure(state, false, 2, 4, [](const Inputs& in) { return in.logits.softmax(1); });
}
BENCHMARK(softmax_forward)->Name("softmax/forward/8192x1024")->UseRealTime();

// Then reads the result and its gradient; writes the logits' gradient.
void softmax_forward_backward(benchmark::State& state) {
  measure(state, true, 5, 8, [](const Inputs& in) {
    in.logits.softmax(1).backward(in.grad);
    return in.logits.grad();
  });
}
BENCHMARK(softmax_forward_backward)->Name("softmax/forward_backward/8192x1024")->UseRealTime();

// Reads the logits. Maximum, difference, exp, sum.
void cross_entropy_forward(benchmark::State& state) {
  measure(state, false, 1, 3,
          [](const Inputs& in) { return lazuli::cross_entropy(in.logits, in.target); });
}
BENCHMARK(cross_entropy_forward)->Name("cross_entropy/forward/8192x1024")->UseRealTime();

// Then reads the logits again; writes their gradient.
void cross_entropy_forward_backward(benchmark::State& state) {
  measure(state, true, 3, 7, [](const Inputs& in) {
    lazuli::cross_entropy(in.logits, in.target).backward();
    return in.logits.grad();
  });
}
BENCHMARK(cross_entropy_forward_backward)
    ->Name("cross_entropy/forward_backward/8192x1024")
    ->UseRealTime();

}  // namespace
