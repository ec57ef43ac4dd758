// Proof 1: a repeated step infers nothing, compiles nothing, hashes nothing and allocates nothing
// but pooled handles and its plan's memory; and what is recognised is never taken for something
// else.
#include <gtest/gtest.h>

#include <vector>

#include "heap_count.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/exec/executor.h"

namespace lazuli {
namespace {

using metrics::Counter;

// What must not move in a step that has been seen.
struct Work {
  uint64_t nodes = metrics::value(Counter::trie_nodes_made);
  uint64_t types = metrics::value(Counter::types_inferred);
  uint64_t plans = metrics::value(Counter::plans_made);
  uint64_t kernels = metrics::value(Counter::kernels_compiled);
  uint64_t hashes = metrics::value(Counter::content_hashes);
  friend bool operator==(const Work&, const Work&) = default;
};

std::ostream& operator<<(std::ostream& out, const Work& work) {
  return out << "nodes " << work.nodes << " types " << work.types << " plans " << work.plans
             << " kernels " << work.kernels << " hashes " << work.hashes;
}

struct Training {
  nn::Sequential model{nn::Linear(20, 30), nn::ReLU(), nn::Linear(30, 5)};
  optim::Adam optimizer{model->parameters(), 1e-2};
  Tensor pixels = rand({16, 20});
  Tensor labels = from_vector(std::vector<int64_t>(16, 3), {16});

  void step() {
    optimizer.zero_grad();
    const Tensor loss = cross_entropy(model(pixels), labels);
    loss.backward();
    optimizer.step();
    eval();
  }
};

TEST(Steady, the_second_step_of_training_does_only_its_work) {
  manual_seed(1);
  Training training;
  eval();  // parameters and optimizer state are there before the first step
  training.step();
  exec::drain();
  const Work before;
  const uint64_t reused = metrics::value(Counter::plans_reused);
  training.step();
  exec::drain();
  EXPECT_EQ(Work(), before);
  EXPECT_EQ(metrics::value(Counter::plans_reused), reused + 1);
}

TEST(Steady, the_third_step_does_only_its_work_where_parameters_were_pending_at_first) {
  manual_seed(1);
  Training training;
  training.step();
  training.step();
  exec::drain();
  const Work before;
  training.step();
  exec::drain();
  EXPECT_EQ(Work(), before);
}

TEST(Steady, a_repeated_step_takes_nothing_from_the_heap) {
  const Tensor x = rand({64});
  Tensor state = rand({64});
  eval();
  const auto step = [&] {
    const Tensor y = (x * 2 + state).exp();
    state.mul_(0.5).add_(y, 0.25);
    eval();
    exec::drain();
  };
  for (int i = 0; i < 5; ++i) step();
  const uint64_t blocks = metrics::value(Counter::blocks_allocated);
  HeapCount count;
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(count.taken(), 0u);
  EXPECT_EQ(metrics::value(Counter::blocks_allocated), blocks);
}

TEST(Steady, a_repeated_training_step_takes_nothing_from_the_heap) {
  manual_seed(1);
  Training training;
  for (int i = 0; i < 5; ++i) training.step();
  exec::drain();
  HeapCount count;
  for (int i = 0; i < 10; ++i) training.step();
  const uint64_t taken = count.taken();
  exec::drain();
  // The gradient walk keeps its front in vectors that grow with the model's width, not its steps:
  // a handful a step, independent of how many operations the step records.
  EXPECT_LE(taken / 10, 40u);
}

std::vector<float> two(const Tensor& tensor) { return tensor.to_vector<float>(); }

TEST(Recognition, the_same_operations_wired_otherwise_are_another_trace) {
  const Tensor a = from_vector(std::vector<float>{1, 2}, {2});
  const Tensor b = from_vector(std::vector<float>{5, 9}, {2});
  const Tensor c = from_vector(std::vector<float>{3, 4}, {2});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(two((a - b) - (a - b)), (std::vector<float>{0, 0}));
    EXPECT_EQ(two((a - b) - (b - a)), (std::vector<float>{-8, -14}));
    const Tensor x = a * 2;
    const Tensor y = b * 2;
    EXPECT_EQ(two(x - y), (std::vector<float>{-8, -14}));
    EXPECT_EQ(two(y - x), (std::vector<float>{8, 14}));
    EXPECT_EQ(two(a * c + b), (std::vector<float>{8, 17}));
    EXPECT_EQ(two(a * b + c), (std::vector<float>{8, 22}));
    EXPECT_EQ(two(a + 1), (std::vector<float>{2, 3}));
    EXPECT_EQ(two(a + 2), (std::vector<float>{3, 4}));
  }
}

TEST(Recognition, operands_of_other_dtypes_and_shapes_are_other_plans) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((arange(3) + 1).to_vector<int64_t>(), (std::vector<int64_t>{1, 2, 3}));
    EXPECT_EQ((arange(4).to(kFloat32) + 1).to_vector<float>(), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ((arange(2) + 1.5).to_vector<float>(), (std::vector<float>{1.5, 2.5}));
  }
}

}  // namespace
}  // namespace lazuli
