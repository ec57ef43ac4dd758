// The clusters while they grow: their axes, what they may take in, and in which order they can run.
// Private to this folder.
#pragma once

#include <unordered_map>
#include <vector>

#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {

class Clusters {
 public:
  explicit Clusters(Draft& draft) : d_(draft) {}

  ClusterId make(Cluster::Kind kind, int32_t height);
  // Gives a kernel cluster without axes those of `shape`; extents of 1 get none.
  AxisMap add_axes(ClusterId cluster, const Shape& shape);
  void set_family(ClusterId cluster, ir::NodeId family);
  const std::vector<ClusterId>& of_family(ir::NodeId family) const;

  // Order: `writer` runs before `user`.
  void link(ClusterId writer, ClusterId user);
  int32_t height_above(const std::vector<ClusterId>& users) const;
  // Lifts a cluster to at least `height`, and those that it needs above it.
  void raise(ClusterId cluster, int32_t height);
  // Whether `cluster` can run before all of `users` (itself aside): none of them leads to it.
  bool can_precede(ClusterId cluster, const std::vector<ClusterId>& users) const;

  // Whether a value with this map would be worked out several times over.
  bool repeats(ClusterId cluster, const AxisMap& map) const;
  // Whether the value, used with `map`, is worked out from a fold that fits the cluster and leaves
  // it one element a row: then it is worked out once a row, too.
  bool follows_fold(ClusterId cluster, ir::NodeId id, const AxisMap& map);
  // Whether a value with this map has an element at each point, or at each kept point.
  bool can_store(ClusterId cluster, ir::NodeId id, const AxisMap& map) const;
  // Whether the fold `id`, used with `map`, can run in the cluster: its folded dimensions become,
  // or are, the cluster's folded axes. With `commit` they do, and `operand` is the folded value's
  // map.
  bool fit_fold(ClusterId cluster, ir::NodeId id, const AxisMap& map, AxisMap& operand,
                bool commit);
  // The map under which the node has exactly the cluster's axes.
  bool match_axes(ClusterId cluster, ir::NodeId id, AxisMap& map) const;
  // The map of the fold under which its operand has them, its folded dimensions being the cluster's
  // folded axes if there are any.
  bool match_fold(ClusterId cluster, ir::NodeId fold, AxisMap& map);

 private:
  Cluster& at(ClusterId id) const { return d_.clusters[static_cast<size_t>(id)]; }
  bool is_collapsible(ir::NodeId fold) const;
  bool is_even_along(ir::NodeId value, uint32_t folded) const;

  Draft& d_;
  std::unordered_map<ir::NodeId, std::vector<ClusterId>> families_;
};

}  // namespace lazuli::schedule
