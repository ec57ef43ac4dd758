// Proof 2: sizes, offsets and numbers don't make programs: kernels are compiled for a computation,
// not for a batch.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "lazuli/api/lazuli.h"
#include "lazuli/exec/executor.h"

namespace lazuli {
namespace {

using metrics::Counter;

uint64_t kernels() { return metrics::value(Counter::kernels_compiled); }

TEST(Sizes, a_hundred_batch_sizes_compile_each_kernel_at_most_twice) {
  manual_seed(3);
  nn::Sequential model(nn::Linear(24, 40), nn::ReLU(), nn::Linear(40, 10));
  optim::Adam optimizer(model->parameters(), 1e-3);
  eval();
  const auto step = [&](int64_t batch) {
    const Tensor pixels = rand({batch, 24});
    const Tensor labels = from_vector(std::vector<int64_t>(static_cast<size_t>(batch), 7), {batch});
    optimizer.zero_grad();
    cross_entropy(model(pixels), labels).backward();
    optimizer.step();
    eval();
  };
  const uint64_t before = kernels();
  step(64);
  const uint64_t one_step = kernels() - before;
  ASSERT_GT(one_step, 0u);
  std::vector<int64_t> batches(100);
  std::iota(batches.begin(), batches.end(), 2);
  std::shuffle(batches.begin(), batches.end(), std::mt19937(5));
  for (const int64_t batch : batches) step(batch);
  EXPECT_LE(kernels() - before, 2 * one_step);
  const uint64_t without_one = kernels();
  step(1);
  EXPECT_LE(kernels() - without_one, one_step);
}

TEST(Sizes, a_window_that_moves_is_one_trace_and_one_plan) {
  const Tensor data = arange(64 * 50).to(kFloat32).view({64 * 50, 1}).expand({64 * 50, 3}) * 1;
  eval();
  double sum = 0;
  uint64_t nodes = 0;
  uint64_t plans = 0;
  for (int64_t i = 0; i < 50; ++i) {
    sum += data.narrow(0, i * 64, 64).sum().item<float>();
    if (i == 0) {
      nodes = metrics::value(Counter::trie_nodes_made);
      plans = metrics::value(Counter::plans_made);
    }
  }
  EXPECT_EQ(metrics::value(Counter::trie_nodes_made), nodes);
  EXPECT_EQ(metrics::value(Counter::plans_made), plans);
  EXPECT_EQ(sum, 3.0 * (3200.0 * 3199.0 / 2));
}

TEST(Sizes, a_decaying_learning_rate_is_one_trace) {
  Tensor weight = rand({8, 8});
  const Tensor gradient = rand({8, 8});
  eval();
  double rate = 0.5;
  uint64_t nodes = 0;
  uint64_t plans = 0;
  for (int i = 0; i < 20; ++i, rate *= 0.9) {
    weight.sub_(gradient * rate);
    weight.add_(gradient, -rate);
    eval();
    if (i == 0) {
      nodes = metrics::value(Counter::trie_nodes_made);
      plans = metrics::value(Counter::plans_made);
    }
  }
  EXPECT_EQ(metrics::value(Counter::trie_nodes_made), nodes);
  EXPECT_EQ(metrics::value(Counter::plans_made), plans);
}

// Each of 4,096 subsets of 12 layers is a trace of its own; what runs are the same few kernels over
// tables of parameters.
TEST(Sizes, every_subset_of_twelve_layers_runs_the_same_kernels) {
  constexpr int kLayers = 12;
  manual_seed(4);
  std::vector<Tensor> weights;
  std::vector<Tensor> biases;
  for (int i = 0; i < kLayers; ++i) {
    weights.push_back(rand({6, 6}).requires_grad_());
    biases.push_back(rand({6}).requires_grad_());
  }
  const Tensor input = rand({4, 6});
  eval();
  const uint64_t before = kernels();
  for (unsigned subset = 0; subset < 1u << kLayers; ++subset) {
    std::vector<Tensor> used;
    Tensor x = input;
    for (int i = 0; i < kLayers; ++i) {
      if (!(subset >> i & 1)) continue;
      x = linear(x, weights[static_cast<size_t>(i)], biases[static_cast<size_t>(i)]).relu();
      used.push_back(weights[static_cast<size_t>(i)]);
      used.push_back(biases[static_cast<size_t>(i)]);
    }
    if (used.empty()) continue;
    x.sum().backward();
    optim::SGD(used, 1e-3).step();
    for (Tensor& each : used) each.set_grad({});
    eval();
  }
  // Per distinct shape (weights, biases, and the activations between them): at most three.
  EXPECT_LE(kernels() - before, 9u);
}

TEST(Sizes, an_update_of_many_parameters_is_one_launch) {
  std::vector<Tensor> weights;
  std::vector<Tensor> gradients;
  for (int64_t i = 0; i < 12; ++i) {
    weights.push_back(rand({i + 2, 5}));
    gradients.push_back(rand({i + 2, 5}));
  }
  eval();
  exec::drain();
  const uint64_t launched = metrics::value(Counter::launches);
  for (size_t i = 0; i < weights.size(); ++i) weights[i].add_(gradients[i], -0.1);
  eval();
  exec::drain();
  EXPECT_EQ(metrics::value(Counter::launches) - launched, 1u);
}

}  // namespace
}  // namespace lazuli
