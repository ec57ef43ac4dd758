// What the schedule asks of dimensions: of those that a reduction folds, and of how a matrix lies.
#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {

op::Category category_of(const ir::Node& node) { return op::traits_of(node.kind).category; }

uint32_t folded_dims(const ir::Node& reduction) {
  uint32_t dims = 0;
  for (size_t i = 1; i < reduction.attributes.size(); ++i) {
    dims |= 1u << reduction.attributes[i];
  }
  return dims;
}

bool folds_one(const ir::Node& reduction, const Shape& operand) {
  const uint32_t folded = folded_dims(reduction);
  for (int d = 0; d < operand.rank(); ++d) {
    if ((folded >> d & 1) && operand[d] != 1) return false;
  }
  return true;
}

bool folds_none(const ir::Node& reduction, const Shape& operand) {
  const uint32_t folded = folded_dims(reduction);
  for (int d = 0; d < operand.rank(); ++d) {
    if ((folded >> d & 1) && operand[d] == 0) return true;
  }
  return false;
}

AxisMap kept_map(const ir::Node& reduction, const Shape& operand, const AxisMap& map) {
  const uint32_t folded = folded_dims(reduction);
  const bool keeps = keeps_dims(reduction);
  AxisMap result;
  result.rank = operand.rank();
  int kept = 0;
  for (int d = 0; d < operand.rank(); ++d) {
    result.axis[d] = AxisMap::kNone;
    const bool is_folded = folded >> d & 1;
    if (!is_folded) {
      result.axis[d] = map.axis[kept];
      result.offset[d] = map.offset[kept];
    }
    if (!is_folded || keeps) ++kept;
  }
  return result;
}

bool lies_along(int inner, const Shape& shape, const Dims& strides) {
  const int rows = shape.rank() - 2;
  const int outer = rows + 1 - inner;
  inner += rows;
  return (strides[inner] == 1 || shape[inner] == 1) &&
         (strides[outer] >= shape[inner] || shape[outer] == 1);
}

}  // namespace lazuli::schedule
