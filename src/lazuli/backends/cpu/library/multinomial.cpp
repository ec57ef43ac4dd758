// Places drawn by weights: a tree of sums over the weights of a row, in which a number below their
// total is looked up. What is drawn without replacement loses its weight.
#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/philox.h"
#include "lazuli/base/check.h"
#include "lazuli/core/element_types.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

// A complete binary tree: node i has the sum of nodes 2 i and 2 i + 1, leaves come last.
class WeightTree {
 public:
  explicit WeightTree(int64_t count)
      : leaves_(std::bit_ceil(static_cast<size_t>(std::max<int64_t>(count, 1)))),
        sums_(2 * leaves_) {}

  void set(int64_t place, double weight) { sums_[leaves_ + static_cast<size_t>(place)] = weight; }
  void add_up() {
    for (size_t node = leaves_; node-- > 1;) add_up(node);
  }
  double total() const { return sums_[1]; }

  // The leaf where the sum of those before it first reaches beyond fraction * total, never one
  // without weight; the total is above 0.
  int64_t find(double fraction) const {
    double rest = fraction * total();
    size_t node = 1;
    while (node < leaves_) {
      const double left = sums_[2 * node];
      const bool goes_right = sums_[2 * node + 1] > 0 && (left == 0 || rest >= left);
      if (goes_right) rest -= left;
      node = 2 * node + goes_right;
    }
    return static_cast<int64_t>(node - leaves_);
  }

  void remove(int64_t place) {
    size_t node = leaves_ + static_cast<size_t>(place);
    sums_[node] = 0;
    while (node >>= 1) add_up(node);
  }

 private:
  void add_up(size_t node) { sums_[node] = sums_[2 * node] + sums_[2 * node + 1]; }

  size_t leaves_;
  std::vector<double> sums_;
};

template <typename T>
void draw_row(const backend::LibraryCall& call, int64_t row, WeightTree& tree) {
  const backend::TensorArgument& weights = call.operands[0];
  const int rank = weights.shape.rank();
  const int64_t count = weights.shape[rank - 1];
  const int64_t samples = call.result.shape.back();
  const T* from =
      reinterpret_cast<const T*>(weights.data) + (rank == 2 ? row * weights.strides[0] : 0);
  auto* target = reinterpret_cast<int64_t*>(call.result.data) + row * samples;
  const bool replaces = call.attributes[0] != 0;
  bool fits = true;
  for (int64_t i = 0; i < count; ++i) {
    const auto weight = static_cast<double>(from[i * weights.strides[rank - 1]]);
    fits = fits && weight >= 0 && std::isfinite(weight);
    tree.set(i, weight);
  }
  tree.add_up();
  fits = fits && std::isfinite(tree.total());
  for (int64_t i = 0; i < samples; ++i) {
    if (!fits || !(tree.total() > 0)) {
      call.fault->store(1, std::memory_order_relaxed);
      std::fill(target + i, target + samples, 0);
      return;
    }
    const auto number = static_cast<uint64_t>(row * samples + i);
    const philox::Words words = philox::block_of(call.numbers[0], call.numbers[1] + number / 2);
    const size_t half = number % 2 * 2;
    target[i] = tree.find(philox::to_uniform_f64(words[half], words[half + 1]));
    if (!replaces) tree.remove(target[i]);
  }
}

template <typename T>
void draw(const backend::LibraryCall& call) {
  const Shape& shape = call.operands[0].shape;
  runtime::parallel_for(shape.rank() == 2 ? shape[0] : 1, [&](int64_t row) {
    const kernel::FloatEnvironment rules;
    WeightTree tree(shape.back());
    draw_row<T>(call, row, tree);
  });
}

}  // namespace

void multinomial(const backend::LibraryCall& call) {
  switch (call.operands[0].dtype) {
    case DType::f16:
      return draw<float16>(call);
    case DType::bf16:
      return draw<bfloat16>(call);
    case DType::f32:
      return draw<float>(call);
    case DType::f64:
      return draw<double>(call);
    default:
      LZ_ASSERT(false, "multinomial of {}", name_of(call.operands[0].dtype));
  }
}

}  // namespace lazuli::cpu
