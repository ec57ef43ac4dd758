// One step of training a small network, and what of it are the matrix products.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/mlp.h"
#include "lazuli/api/lazuli.h"

namespace {

using lazuli::Tensor;

constexpr int kStepsARead = 20;

void step(benchmark::State& state) {
  lazuli::manual_seed(1);
  lazuli::bench::Mlp mlp(state.range(0));
  for (int i = 0; i < 10; ++i) mlp.step();
  mlp.loss();
  while (state.KeepRunningBatch(kStepsARead)) {
    for (int i = 0; i < kStepsARead; ++i) mlp.step();
    mlp.loss();
  }
}
BENCHMARK(step)->Name("train/mlp/step")->ArgName("batch")->Arg(128)->Arg(16)->UseRealTime();

// The eight products of a step and nothing else.
void products(benchmark::State& state) {
  const int64_t batch = state.range(0);
  const int64_t widths[] = {784, 512, 512, 10};
  std::vector<Tensor> inputs;
  std::vector<Tensor> weights;
  std::vector<Tensor> grads;
  for (int i = 0; i < 3; ++i) {
    inputs.push_back(lazuli::rand({batch, widths[i]}));
    weights.push_back(lazuli::rand({widths[i + 1], widths[i]}));
    grads.push_back(lazuli::rand({batch, widths[i + 1]}));
  }
  std::vector<Tensor> results;
  const auto run = [&] {
    for (int i = 0; i < kStepsARead; ++i) {
      results.clear();
      for (int layer = 0; layer < 3; ++layer) {
        results.push_back(inputs[layer].mm(weights[layer].t()));
        results.push_back(grads[layer].t().mm(inputs[layer]));
        if (layer > 0) results.push_back(grads[layer].mm(weights[layer]));
      }
      lazuli::eval();
    }
    benchmark::DoNotOptimize(results.back().data_ptr());
  };
  run();
  while (state.KeepRunningBatch(kStepsARead)) run();
}
BENCHMARK(products)->Name("train/mlp/products")->ArgName("batch")->Arg(128)->Arg(16)->UseRealTime();

// The first step of a process, from a program beside this one: nothing is compiled, nothing warm.
void first_step(benchmark::State& state) {
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("lazuli_first_step");
  const std::string command = '\'' + program + '\'';
  double steady_sum = 0;
  int64_t runs = 0;
  for (auto _ : state) {
    FILE* pipe = popen(command.c_str(), "r");
    double first = 0;
    double steady = 0;
    const int read = pipe != nullptr ? std::fscanf(pipe, "%lf %lf", &first, &steady) : 0;
    if (pipe != nullptr) pclose(pipe);
    if (read != 2) {
      state.SkipWithError("no result from lazuli_first_step");
      break;
    }
    state.SetIterationTime(first);
    steady_sum += steady;
    ++runs;
  }
  if (runs > 0) state.counters["steady_ms"] = 1e3 * steady_sum / static_cast<double>(runs);
}
BENCHMARK(first_step)
    ->Name("train/mlp/first_step")
    ->UseManualTime()
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

}  // namespace
