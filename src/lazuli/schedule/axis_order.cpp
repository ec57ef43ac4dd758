#include "lazuli/schedule/axis_order.h"

#include <algorithm>

#include "lazuli/base/check.h"

namespace lazuli::schedule {
namespace {

class Orderer {
 public:
  Orderer(const Cluster& cluster, const std::vector<const Load*>& operands,
          const std::vector<bool>& in_loop, size_t load_count)
      : cluster_(cluster), operands_(operands), in_loop_(in_loop), load_count_(load_count) {}

  AxisOrder run(bool may_fold_depth) {
    std::vector<int> kept;
    std::vector<int> folded;
    for (int axis = 0; axis < static_cast<int>(cluster_.axes.size()); ++axis) {
      (cluster_.reduced >> axis & 1 ? folded : kept).push_back(axis);
    }
    sort_by_store(kept);
    AxisOrder order;
    if (folded.empty()) {
      std::vector<AxisGroup> groups = group(kept);
      take_last(groups, order.columns);
      take_rows(groups, order);
      return order;
    }
    std::vector<AxisGroup> loop = group(folded);
    LZ_ASSERT(loop.size() == 1, "a kernel folds {} separate stretches", loop.size());
    const int across = may_fold_depth ? best_column(kept, folded.back()) : -1;
    if (across < 0) {
      order.columns = std::move(loop[0]);
    } else {
      order.form = kernel::Form::columns;
      order.depth = std::move(loop[0]);
      std::erase(kept, across);
      kept.push_back(across);
    }
    std::vector<AxisGroup> groups = group(kept);
    if (across >= 0) take_last(groups, order.columns);
    take_rows(groups, order);
    return order;
  }

 private:
  static void take_last(std::vector<AxisGroup>& groups, AxisGroup& target) {
    if (groups.empty()) return;
    target = std::move(groups.back());
    groups.pop_back();
  }

  // An operand that lies otherwise than along the columns is read in tiles, of rows along which its
  // elements are neighbours.
  void take_rows(std::vector<AxisGroup>& groups, AxisOrder& order) const {
    const auto has_neighbours = [&](const AxisGroup& group) {
      for (size_t i = 0; i < operands_.size(); ++i) {
        const int64_t across =
            order.columns.axes.empty() ? 0 : stride(i, order.columns.innermost());
        if (across > 1 && in_loop_[i] && stride(i, group.innermost()) == 1) return true;
      }
      return false;
    };
    if (order.form == kernel::Form::rows) {
      const auto found = std::find_if(groups.begin(), groups.end(), has_neighbours);
      if (found != groups.end()) std::rotate(found, found + 1, groups.end());
    }
    take_last(groups, order.rows);
    order.outer = std::move(groups);
  }

  int64_t stride(size_t operand, int axis) const {
    return operands_[operand]->strides[static_cast<size_t>(axis)];
  }

  // The first store decides which axis lies innermost.
  void sort_by_store(std::vector<int>& axes) const {
    if (load_count_ == operands_.size()) return;
    std::stable_sort(axes.begin(), axes.end(),
                     [&](int a, int b) { return stride(load_count_, a) > stride(load_count_, b); });
  }

  std::vector<AxisGroup> group(const std::vector<int>& axes) const {
    std::vector<AxisGroup> groups;
    for (const int axis : axes) {
      const int64_t extent = cluster_.axes[static_cast<size_t>(axis)];
      if (!groups.empty() && is_even(groups.back().innermost(), axis, extent)) {
        groups.back().axes.push_back(axis);
        groups.back().extent *= extent;
      } else {
        AxisGroup fresh;
        fresh.axes.push_back(axis);
        fresh.extent = extent;
        groups.push_back(std::move(fresh));
      }
    }
    return groups;
  }

  bool is_even(int outer, int inner, int64_t inner_extent) const {
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (stride(i, outer) != stride(i, inner) * inner_extent) return false;
    }
    return true;
  }

  // The kept axis along which lanes should lie, or -1 where they should lie along the fold.
  int best_column(const std::vector<int>& kept, int folded) const {
    const auto unit_count = [&](int axis) {
      int count = 0;
      for (size_t i = 0; i < operands_.size(); ++i) {
        if (in_loop_[i] && !operands_[i]->is_ramp && stride(i, axis) == 1) ++count;
      }
      return count;
    };
    int best = -1;
    int most = unit_count(folded);
    for (const int axis : kept) {
      const int count = unit_count(axis);
      if (count > most) {
        most = count;
        best = axis;
      }
    }
    return best;
  }

  const Cluster& cluster_;
  const std::vector<const Load*>& operands_;
  const std::vector<bool>& in_loop_;
  size_t load_count_;
};

}  // namespace

uint32_t AxisGroup::bits() const {
  uint32_t mask = 0;
  for (const int axis : axes) mask |= 1u << axis;
  return mask;
}

AxisOrder order_axes(const Cluster& cluster, const std::vector<const Load*>& operands,
                     const std::vector<bool>& in_loop, size_t load_count, bool may_fold_depth) {
  return Orderer(cluster, operands, in_loop, load_count).run(may_fold_depth);
}

}  // namespace lazuli::schedule
