#include "lazuli/schedule/axis_map.h"

namespace lazuli::schedule {
namespace {

bool add_word(Offset& offset, uint32_t word) {
  if (offset.count == Offset::kMaxWords) return false;
  offset.words[offset.count++] = word;
  return true;
}

}  // namespace

AxisMap broadcast_map(const AxisMap& map, const Shape& result, const Shape& operand) {
  AxisMap mapped;
  mapped.rank = operand.rank();
  const int added = result.rank() - operand.rank();
  for (int i = 0; i < operand.rank(); ++i) {
    mapped.axis[i] = AxisMap::kNone;
    if (operand[i] == 1 && result[i + added] != 1) continue;
    mapped.axis[i] = map.axis[i + added];
    mapped.offset[i] = map.offset[i + added];
  }
  return mapped;
}

bool is_composable(const ir::Node& view, const Shape& source) {
  switch (view.kind) {
    case op::OpKind::view:
      break;
    case op::OpKind::slice:
    case op::OpKind::diagonal:
    case op::OpKind::as_strided:
      return false;
    default:
      return true;
  }
  int j = 0;
  for (int i = 0; i < source.rank(); ++i) {
    if (source[i] == 1) continue;
    while (j < view.type.shape.rank() && view.type.shape[j] == 1) ++j;
    if (j == view.type.shape.rank() || view.type.shape[j] != source[i]) return false;
    ++j;
  }
  for (; j < view.type.shape.rank(); ++j) {
    if (view.type.shape[j] != 1) return false;
  }
  return true;
}

bool compose(const ir::Node& view, const Shape& source, const AxisMap& map, AxisMap& result) {
  result = AxisMap();
  result.rank = source.rank();
  const Shape& shape = view.type.shape;
  switch (view.kind) {
    case op::OpKind::expand:
      result = broadcast_map(map, shape, source);
      return true;
    case op::OpKind::permute:
      for (int i = 0; i < map.rank; ++i) {
        const auto to = static_cast<int>(view.attributes[static_cast<size_t>(i)]);
        result.axis[to] = map.axis[i];
        result.offset[to] = map.offset[i];
      }
      return true;
    case op::OpKind::narrow:
      result = map;
      return add_word(result.offset[view.attributes[0]], view.offsets[0]);
    case op::OpKind::select: {
      const auto dim = static_cast<int>(view.attributes[0]);
      for (int i = 0; i < source.rank(); ++i) {
        if (i == dim) {
          result.axis[i] = AxisMap::kNone;
          add_word(result.offset[i], view.offsets[0]);
        } else {
          const int from = i < dim ? i : i - 1;
          result.axis[i] = map.axis[from];
          result.offset[i] = map.offset[from];
        }
      }
      return true;
    }
    default:
      break;
  }
  // A reshape between shapes that differ in extents of 1 only.
  int j = 0;
  for (int i = 0; i < source.rank(); ++i) {
    result.axis[i] = AxisMap::kNone;
    if (source[i] == 1) continue;
    while (shape[j] == 1) ++j;
    result.axis[i] = map.axis[j];
    result.offset[i] = map.offset[j];
    ++j;
  }
  return true;
}

}  // namespace lazuli::schedule
