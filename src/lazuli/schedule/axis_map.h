// Where the dimensions of a value lie among the axes of a kernel: the index map of views and
// broadcasts that need no memory. Knows nothing of strides or buffers.
#pragma once

#include <cstdint>

#include "lazuli/ir/graph.h"

namespace lazuli::schedule {

// constant + the sum of launch words.
struct Offset {
  static constexpr int kMaxWords = 3;
  int64_t constant = 0;
  uint32_t words[kMaxWords] = {};
  uint8_t count = 0;
  bool is_zero() const { return constant == 0 && count == 0; }
  friend bool operator==(const Offset&, const Offset&) = default;
};

// Dimension d of the value is at coordinate(axis[d]) + offset[d]; axis -1 stands for coordinate 0.
struct AxisMap {
  static constexpr int kNone = -1;
  int rank = 0;
  int8_t axis[kMaxRank] = {};
  Offset offset[kMaxRank];
  friend bool operator==(const AxisMap& a, const AxisMap& b) {
    if (a.rank != b.rank) return false;
    for (int i = 0; i < a.rank; ++i) {
      if (a.axis[i] != b.axis[i] || !(a.offset[i] == b.offset[i])) return false;
    }
    return true;
  }
};

// The map of an operand of shape `operand` that broadcasts to a value of shape `result` with map
// `map`.
AxisMap broadcast_map(const AxisMap& map, const Shape& result, const Shape& operand);

// Whether the view node only selects, drops, adds or reorders dimensions, so that maps compose:
// not a reshape that cuts or joins dimensions of more than one element, nor a view in steps.
bool is_composable(const ir::Node& view, const Shape& source);
// The map of the view's source where the view has `map`. False where an offset has too many words.
bool compose(const ir::Node& view, const Shape& source, const AxisMap& map, AxisMap& result);

}  // namespace lazuli::schedule
