// How a cluster's axes become the columns, rows, depth and outer dimensions of its kernel. Private
// to this folder.
#pragma once

#include <vector>

#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {

// Axes that run as one: all operands lie evenly along them. Outermost axis first.
struct AxisGroup {
  SmallVector<int, 6> axes;
  int64_t extent = 1;
  // The group's stride of an operand is that of its innermost axis.
  int innermost() const { return axes.back(); }
  uint32_t bits() const;
};

struct AxisOrder {
  kernel::Form form = kernel::Form::rows;
  // An empty group has extent 1.
  AxisGroup columns;
  AxisGroup depth;  // Form::columns
  AxisGroup rows;
  std::vector<AxisGroup> outer;
};

// `in_loop[i]`: operand i is read or written in loops, not at points. Folded axes become the depth
// only with `may_fold_depth`, else the columns.
AxisOrder order_axes(const Cluster& cluster, const std::vector<const Load*>& operands,
                     const std::vector<bool>& in_loop, size_t load_count, bool may_fold_depth);

}  // namespace lazuli::schedule
