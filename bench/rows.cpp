// What networks do with the rows of a matrix: softmax, layer norm with its weights, gelu, cross
// entropy and sums over either dimension, forwards and with their gradients, where the matrix is
// larger than any cache, fits in one, and has short rows.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/primitives.h"
#include "bench/traffic.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/runtime/thread_team.h"

namespace {

using lazuli::Tensor;
using lazuli::op::OpKind;

struct Inputs {
  Tensor x, grad, weight, bias, target;

  Inputs(int64_t rows, int64_t columns, bool requires_grad)
      : x(lazuli::randn({rows, columns})),
        grad(lazuli::randn({rows, columns})),
        weight(lazuli::randn({columns})),
        bias(lazuli::randn({columns})) {
    std::vector<int64_t> labels(rows);
    for (int64_t i = 0; i < rows; ++i) labels[i] = i * 7919 % columns;
    target = lazuli::from_vector(labels, {rows});
    lazuli::eval();
    x.requires_grad_(requires_grad);
  }
};

// `forward` records one pass. `arrays` of the matrix's size go to or from memory when each pass
// reads its operands once and writes its result; `primitives` are issued an element.
struct Case {
  std::string name;
  bool with_gradient;
  int arrays;
  int primitives;  // and those of the functions
  std::vector<OpKind> functions;
  std::function<Tensor(const Inputs&)> forward;
};

std::vector<Case> cases() {
  constexpr OpKind exp = OpKind::exp, erf = OpKind::erf;
  const auto softmax = [](const Inputs& in) { return in.x.softmax(1); };
  const auto layer_norm = [](const Inputs& in) {
    return lazuli::layer_norm(in.x, {in.x.size(1)}, in.weight, in.bias);
  };
  const auto gelu_of = [](const Inputs& in) { return lazuli::gelu(in.x); };
  const auto cross_entropy = [](const Inputs& in) {
    return lazuli::cross_entropy(in.x, in.target);
  };
  return {
      {"softmax/forward", false, 2, 4, {exp}, softmax},  // maximum, difference, sum, quotient
      {"softmax/forward_backward", true, 5, 8, {exp}, softmax},
      {"layer_norm/forward", false, 2, 6, {}, layer_norm},
      {"layer_norm/forward_backward", true, 4, 16, {}, layer_norm},
      {"gelu/forward", false, 2, 0, {OpKind::gelu}, gelu_of},
      {"gelu/forward_backward", true, 3, 10, {erf, exp}, gelu_of},
      {"cross_entropy/forward", false, 1, 3, {exp}, cross_entropy},
      {"cross_entropy/forward_backward", true, 3, 7, {exp}, cross_entropy},
      {"sum/dim0", false, 1, 1, {}, [](const Inputs& in) { return in.x.sum(0); }},
      {"sum/dim1", false, 1, 1, {}, [](const Inputs& in) { return in.x.sum(1); }},
  };
}

void measure(benchmark::State& state, const Case& one, int64_t rows, int64_t columns) {
  constexpr int kBatch = 4;
  const Inputs inputs(rows, columns, one.with_gradient);
  Tensor result;
  const auto run = [&] {
    for (int i = 0; i < kBatch; ++i) {
      inputs.x.set_grad({});
      result = one.forward(inputs);
      if (one.with_gradient) {
        result.dim() == 0 ? result.backward() : result.backward(inputs.grad);
        result = inputs.x.grad();
      }
      lazuli::eval();
    }
    benchmark::DoNotOptimize(result.data_ptr());
  };
  run();
  while (state.KeepRunningBatch(kBatch)) run();
  const auto elements = static_cast<double>(rows * columns);
  double primitives = one.primitives;
  for (const OpKind function : one.functions) {
    primitives += lazuli::bench::primitives_in(function);
  }
  const double bytes = one.arrays * elements * sizeof(float);
  lazuli::bench::set_traffic(state, bytes, bytes, primitives * elements,
                             lazuli::runtime::thread_count());
}

const bool kRegistered = [] {
  constexpr int64_t kSizes[][2] = {{8192, 1024}, {512, 512}, {65536, 256}};
  for (const Case& one : cases()) {
    for (const auto& [rows, columns] : kSizes) {
      const std::string name =
          one.name + "/" + std::to_string(rows) + "x" + std::to_string(columns);
      benchmark::RegisterBenchmark(name.c_str(), [one, rows = rows,
                                                  columns = columns](benchmark::State& state) {
        measure(state, one, rows, columns);
      })->UseRealTime();
    }
  }
  return true;
}();

}  // namespace
