// A random graph's nodes and choices while it grows, for tests: what may be read, shapes that meet,
// numbers, and parameters in any layout. Every node is evaluated as soon as it is there, so that
// what follows can be chosen by its values. Knows nothing of which operators are applied.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/schedule/evaluate_directly.h"
#include "lazuli/schedule/random.h"

namespace lazuli::schedule {

inline constexpr int64_t kMaxElements = 3000;
inline constexpr int kMaxShapeRank = 5;

// Elements that there would be if extents of 0 were 1: a sum over none brings them forth.
int64_t reach_of(const Shape& shape);
uint64_t random_bits(Random& random, DType dtype);

class RandomNodes {
 public:
  RandomNodes(uint64_t seed, MakeProgram make_program);

 protected:
  // Lets later nodes read it, unless its values would drown theirs.
  void take(ir::NodeId id);

  // One of the nodes so far that `suits`, the latest often; kNoNode where there is none.
  template <typename Suits>
  ir::NodeId pick(const Suits& suits) {
    std::vector<ir::NodeId> candidates;
    for (const ir::NodeId id : pool_) {
      if (suits(builder_.type_of(id))) candidates.push_back(id);
    }
    if (candidates.empty()) return ir::kNoNode;
    if (random_.one_in(2)) return candidates.back();
    return random_.pick(candidates);
  }
  ir::NodeId pick_of(DType dtype) {
    return pick([&](const TensorType& type) { return type.dtype == dtype; });
  }
  ir::NodeId pick_with_dims() {
    return pick([](const TensorType& type) { return type.shape.rank() > 0; });
  }

  DType random_dtype();
  Shape random_shape();
  int random_dim(const Shape& shape);
  std::vector<int64_t> random_order(int rank);
  static std::vector<int64_t> list_of(const Shape& shape) { return {shape.begin(), shape.end()}; }
  // A word or a constant.
  ir::Operand number(DType dtype);

  // Elements of `shape` at a random layout: permuted, with gaps, repeated, in new or known memory.
  ir::NodeId add_parameter(DType dtype, const Shape& shape);

  Random random_;
  CaseBuilder builder_;
  DirectEvaluation values_;
  std::vector<int64_t> extents_;  // few, so that shapes meet
  std::vector<DType> dtypes_;     // by memory
  std::vector<ir::NodeId> operations_;
  std::vector<ir::NodeId> pool_;  // what may be read

 private:
  // Memory for so many elements; in known memory, they may lie further on.
  uint32_t choose_memory(DType dtype, int64_t elements, int64_t& offset);
};

}  // namespace lazuli::schedule
