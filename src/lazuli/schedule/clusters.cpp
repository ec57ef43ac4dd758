#include "lazuli/schedule/clusters.h"

#include <algorithm>
#include <bit>

namespace lazuli::schedule {
namespace {

constexpr size_t kMaxAxes = 8;
constexpr size_t kMaxVisits = 64;     // of a search, before the answer is "no"
constexpr size_t kMaxSiblings = 8;    // clusters of a family that are looked at
constexpr int64_t kFewRows = 16;      // fewer rows than this of more columns than kLongFold are
constexpr int64_t kLongFold = 16384;  // shared by threads, which takes a kernel of one loop

uint32_t all_axes(const Cluster& cluster) { return (1u << cluster.axes.size()) - 1; }

// Bits of the axes that the map covers whole; false when it covers one in part or twice.
bool covered_axes(const Cluster& cluster, const Shape& shape, const AxisMap& map, uint32_t& mask) {
  mask = 0;
  for (int d = 0; d < map.rank; ++d) {
    if (!map.offset[d].is_zero()) return false;
    const int axis = map.axis[d];
    if (axis == AxisMap::kNone) {
      if (shape[d] != 1) return false;
      continue;
    }
    if (cluster.axes[static_cast<size_t>(axis)] != shape[d] || (mask >> axis & 1)) return false;
    mask |= 1u << axis;
  }
  return true;
}

SmallVector<int, 8> in_order(int rank) {
  SmallVector<int, 8> order;
  for (int d = 0; d < rank; ++d) order.push_back(d);
  return order;
}

// Gives the dimensions, taken in `order`, the cluster's axes one after another.
bool match_dims(const Cluster& cluster, const Shape& shape, const SmallVector<int, 8>& order,
                AxisMap& map) {
  if (cluster.kind != Cluster::Kind::kernel) return false;
  map = AxisMap();
  map.rank = shape.rank();
  size_t axis = 0;
  for (const int d : order) {
    map.axis[d] = AxisMap::kNone;
    if (shape[d] == 1) continue;
    if (axis == cluster.axes.size() || cluster.axes[axis] != shape[d]) return false;
    map.axis[d] = static_cast<int8_t>(axis++);
  }
  return axis == cluster.axes.size();
}

}  // namespace

ClusterId Clusters::make(Cluster::Kind kind, int32_t height) {
  Cluster cluster;
  cluster.kind = kind;
  cluster.height = height;
  d_.clusters.push_back(std::move(cluster));
  return static_cast<ClusterId>(d_.clusters.size() - 1);
}

AxisMap Clusters::add_axes(ClusterId id, const Shape& shape) {
  Cluster& cluster = at(id);
  AxisMap map;
  map.rank = shape.rank();
  for (int d = 0; d < shape.rank(); ++d) {
    map.axis[d] = AxisMap::kNone;
    if (shape[d] == 1) continue;
    map.axis[d] = static_cast<int8_t>(cluster.axes.size());
    cluster.axes.push_back(shape[d]);
  }
  return map;
}

void Clusters::set_family(ClusterId cluster, ir::NodeId family) {
  at(cluster).family = family;
  families_[family].push_back(cluster);
}

const std::vector<ClusterId>& Clusters::of_family(ir::NodeId family) const {
  static const std::vector<ClusterId> kEmpty;
  const auto found = families_.find(family);
  return found == families_.end() || found->second.size() > kMaxSiblings ? kEmpty : found->second;
}

void Clusters::link(ClusterId writer, ClusterId user) {
  std::vector<ClusterId>& users = at(writer).users;
  if (std::find(users.begin(), users.end(), user) != users.end()) return;
  users.push_back(user);
  at(user).feeders.push_back(writer);
  raise(writer, at(user).height + 1);
}

int32_t Clusters::height_above(const std::vector<ClusterId>& users) const {
  int32_t height = 0;
  for (const ClusterId user : users) height = std::max(height, at(user).height + 1);
  return height;
}

void Clusters::raise(ClusterId id, int32_t height) {
  std::vector<std::pair<ClusterId, int32_t>> pending = {{id, height}};
  while (!pending.empty()) {
    const auto [cluster, least] = pending.back();
    pending.pop_back();
    if (at(cluster).height >= least) continue;
    at(cluster).height = least;
    for (const ClusterId feeder : at(cluster).feeders) pending.emplace_back(feeder, least + 1);
  }
}

bool Clusters::can_precede(ClusterId id, const std::vector<ClusterId>& users) const {
  std::vector<ClusterId> pending;
  std::vector<ClusterId> seen;
  for (const ClusterId user : users) {
    if (user != id && at(user).height >= at(id).height) pending.push_back(user);
  }
  while (!pending.empty()) {
    const ClusterId cluster = pending.back();
    pending.pop_back();
    if (cluster == id || seen.size() > kMaxVisits) return false;
    if (at(cluster).height <= at(id).height) continue;  // its users are lower still
    if (std::find(seen.begin(), seen.end(), cluster) != seen.end()) continue;
    seen.push_back(cluster);
    for (const ClusterId user : at(cluster).users) {
      if (user == id) return false;
      pending.push_back(user);
    }
  }
  return true;
}

bool Clusters::repeats(ClusterId id, const AxisMap& map) const {
  const Cluster& cluster = at(id);
  uint32_t used = 0;
  for (int d = 0; d < map.rank; ++d) {
    if (map.axis[d] != AxisMap::kNone) used |= 1u << map.axis[d];
  }
  const uint32_t whole =
      (used & cluster.reduced) ? all_axes(cluster) : all_axes(cluster) & ~cluster.reduced;
  int64_t missed = 1;
  for (size_t axis = 0; axis < cluster.axes.size(); ++axis) {
    if ((whole & ~used) >> axis & 1) missed *= cluster.axes[axis];
  }
  return missed >= 4;
}

bool Clusters::follows_fold(ClusterId cluster, ir::NodeId value, const AxisMap& value_map) {
  struct Visit {
    ir::NodeId id;
    AxisMap map;
  };
  std::vector<Visit> pending = {{value, value_map}};
  for (size_t i = 0; i < pending.size() && i < kMaxVisits; ++i) {
    const auto [id, map] = pending[i];
    const ir::Node& node = d_.node(id);
    if (d_.state(id).base != id || node.is_parameter) continue;
    if (category_of(node) == op::Category::reduction) {
      const Shape& shape = d_.node(node.operands[0].node).type.shape;
      AxisMap unused;
      if (!folds_one(node, shape) && !folds_none(node, shape) &&
          fit_fold(cluster, id, map, unused, false)) {
        return true;
      }
    } else if (category_of(node) == op::Category::elementwise) {
      for (const ir::Operand& below : node.operands) {
        if (below.kind != ir::Operand::Kind::node) continue;
        const TensorType& type = d_.node(below.node).type;
        if (type.numel() != node.type.numel()) continue;
        pending.push_back({below.node, broadcast_map(map, node.type.shape, type.shape)});
      }
    }
  }
  return false;
}

bool Clusters::can_store(ClusterId id, ir::NodeId node, const AxisMap& map) const {
  const Cluster& cluster = at(id);
  uint32_t mask;
  if (!covered_axes(cluster, d_.node(node).type.shape, map, mask)) return false;
  const ir::Node& stored = d_.node(node);
  if (category_of(stored) == op::Category::reduction) {
    const Shape& operand = d_.node(stored.operands[0].node).type.shape;
    // fit_fold has looked at the axes that are left.
    if (!folds_one(stored, operand) && !folds_none(stored, operand)) return true;
  }
  if (std::popcount(cluster.reduced) > 1) {
    uint32_t folded = 0;
    for (int d = 0; d < map.rank; ++d) {
      if (map.axis[d] != AxisMap::kNone && (cluster.reduced >> map.axis[d] & 1)) folded |= 1u << d;
    }
    if (!is_even_along(node, folded)) return false;
  }
  return mask == all_axes(cluster) ||
         (cluster.reduced && mask == (all_axes(cluster) & ~cluster.reduced));
}

// Whether one loop can run over all folded dimensions.
bool Clusters::is_collapsible(ir::NodeId fold) const {
  if (d_.state(fold).arranged) return true;
  const ir::Node& node = d_.node(fold);
  return is_even_along(node.operands[0].node, folded_dims(node));
}

// Whether the dimensions `folded` are one stretch of the value's, and everything that the value is
// worked out from lies evenly along them.
bool Clusters::is_even_along(ir::NodeId value, uint32_t folded) const {
  const Shape& shape = d_.node(value).type.shape;
  SmallVector<int, 8> dims;
  int last = -1;
  int position = 0;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 1) continue;
    if (folded >> d & 1) {
      if (!dims.empty() && position != last + 1) return false;
      last = position;
      dims.push_back(d);
    }
    ++position;
  }
  if (dims.size() < 2) return true;
  const auto lies_evenly = [&](const Dims& strides) {
    for (size_t i = 0; i + 1 < dims.size(); ++i) {
      if (strides[dims[i]] != strides[dims[i + 1]] * shape[dims[i + 1]]) return false;
    }
    return true;
  };
  SmallVector<ir::NodeId, 32> pending;
  pending.push_back(value);
  for (size_t i = 0; i < pending.size(); ++i) {
    if (i >= kMaxVisits) return false;
    const ir::NodeId id = pending[i];
    const ir::Node& each = d_.node(id);
    if (each.type.numel() == 1) continue;
    if (!(each.type.shape == shape)) return false;
    const NodeState& state = d_.state(id);
    if (each.is_parameter || state.base != id) {
      const bool is_fixed = d_.node(state.base).is_parameter || d_.options.unfused;
      if (!is_fixed || !lies_evenly(state.place.strides)) return false;
      continue;
    }
    if (d_.options.unfused) continue;  // stored, in order
    if (category_of(each) == op::Category::gather) return false;
    const bool is_looked_through = category_of(each) == op::Category::elementwise ||
                                   (category_of(each) == op::Category::reduction &&
                                    folds_one(each, d_.node(each.operands[0].node).type.shape));
    if (!is_looked_through) continue;  // stored, too
    for (const ir::Operand& below : each.operands) {
      if (below.kind == ir::Operand::Kind::node) pending.push_back(below.node);
    }
  }
  return true;
}

bool Clusters::fit_fold(ClusterId id, ir::NodeId fold, const AxisMap& map, AxisMap& operand,
                        bool commit) {
  Cluster& cluster = at(id);
  if (cluster.kind != Cluster::Kind::kernel) return false;
  const ir::Node& node = d_.node(fold);
  const Shape& shape = d_.node(node.operands[0].node).type.shape;
  const uint32_t dims = folded_dims(node);
  AxisMap below = kept_map(node, shape, map);
  uint32_t used = 0;
  SmallVector<int, 8> folded;
  int64_t kept_count = 1;
  int64_t folded_count = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 1) continue;
    if (dims >> d & 1) {
      folded.push_back(d);
      folded_count *= shape[d];
      continue;
    }
    const int axis = below.axis[d];
    if (axis == AxisMap::kNone || !below.offset[d].is_zero()) return false;
    if (cluster.axes[static_cast<size_t>(axis)] != shape[d] || (used >> axis & 1)) return false;
    used |= 1u << axis;
    kept_count *= shape[d];
  }
  const uint32_t others = all_axes(cluster) & ~used;
  const bool is_long = kept_count < kFewRows && folded_count > kLongFold;
  SmallVector<int, 8> axes;
  for (size_t axis = 0; axis < cluster.axes.size(); ++axis) {
    if (others >> axis & 1) axes.push_back(static_cast<int>(axis));
  }
  if (others != 0) {
    if (cluster.reduced ? others != cluster.reduced : folded.size() > 1) return false;
    if (axes.size() != folded.size() || (is_long && !commit)) return false;
    for (size_t i = 0; i < axes.size(); ++i) {
      if (cluster.axes[static_cast<size_t>(axes[i])] != shape[folded[i]]) return false;
    }
  } else if (cluster.reduced || cluster.axes.size() + folded.size() > kMaxAxes) {
    return false;
  }
  if (!is_collapsible(fold)) return false;
  if (!commit) return true;
  if (others == 0) {
    for (size_t i = 0; i < folded.size(); ++i) {
      axes.push_back(static_cast<int>(cluster.axes.size()));
      cluster.axes.push_back(shape[folded[i]]);
    }
  }
  for (size_t i = 0; i < folded.size(); ++i) {
    below.axis[folded[i]] = static_cast<int8_t>(axes[i]);
    cluster.reduced |= 1u << axes[i];
  }
  operand = below;
  return true;
}

bool Clusters::match_axes(ClusterId id, ir::NodeId node, AxisMap& map) const {
  const Shape& shape = d_.node(node).type.shape;
  return match_dims(at(id), shape, in_order(shape.rank()), map);
}

bool Clusters::match_fold(ClusterId id, ir::NodeId fold, AxisMap& map) {
  const ir::Node& node = d_.node(fold);
  const Shape& shape = d_.node(node.operands[0].node).type.shape;
  const uint32_t folded = folded_dims(node);
  SmallVector<int, 8> order = in_order(shape.rank());
  for (const bool folded_last : {false, true}) {
    // A cluster that began with a fold has its folded axes last.
    if (folded_last) {
      std::stable_partition(order.begin(), order.end(),
                            [&](int d) { return (folded >> d & 1) == 0; });
    }
    AxisMap full;
    if (!match_dims(at(id), shape, order, full)) continue;
    map = AxisMap();
    for (int d = 0; d < shape.rank(); ++d) {
      const bool folds = folded >> d & 1;
      if (folds && !keeps_dims(node)) continue;
      map.axis[map.rank++] = folds ? static_cast<int8_t>(AxisMap::kNone) : full.axis[d];
    }
    AxisMap unused;
    if (fit_fold(id, fold, map, unused, false)) return true;
  }
  return false;
}

}  // namespace lazuli::schedule
