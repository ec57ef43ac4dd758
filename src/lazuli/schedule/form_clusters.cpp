// Decides which nodes share a kernel and which are stored. Nodes are taken from the last to the
// first, so that all users of a value are known: a value is worked out where it is used if that is
// one cluster (or if it is cheap), stored by a cluster that uses it if the others come after that
// cluster, and gets a cluster of its own otherwise.
#include <algorithm>

#include "lazuli/base/check.h"
#include "lazuli/schedule/clusters.h"

namespace lazuli::schedule {
namespace {

using op::Category;
using op::OpKind;

// A value of so few primitives is worked out again rather than stored and loaded.
constexpr int32_t kCheap = 6;

int32_t own_weight(const ir::Node& node) {
  switch (node.kind) {
    case OpKind::exp:
    case OpKind::log:
    case OpKind::tanh:
    case OpKind::cos2pi:
      return 16;
    case OpKind::div:
    case OpKind::sqrt:
      return 4;
    default:
      return category_of(node) == Category::gather ? 6 : 1;
  }
}

class Former {
 public:
  explicit Former(Draft& draft) : d_(draft), clusters_(draft) {}

  void run() {
    name_parameters();
    weigh();
    take_outputs();
    for (auto id = static_cast<ir::NodeId>(d_.nodes.size()) - 1; id >= 0; --id) {
      const NodeState& state = d_.state(id);
      if (d_.node(id).is_parameter || state.base != id) continue;
      if (state.uses.empty() && state.memory_uses.empty() && !state.is_output) continue;
      take(id);
    }
  }

 private:
  const Shape& shape_of(ir::NodeId id) const { return d_.node(id).type.shape; }

  void name_parameters() {
    for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(d_.nodes.size()); ++id) {
      const ir::Node& node = d_.node(id);
      if (!node.is_parameter) continue;
      uint32_t at = 0;
      while (at < d_.storages.size() && d_.storages[at].index != node.memory) ++at;
      if (at == d_.storages.size()) {
        d_.storages.push_back({Buffer::Kind::parameter, node.memory, 0, node.type.dtype, {}});
      }
      d_.state(id).place.storage = at;
    }
  }

  ir::NodeId family(ir::NodeId id) {
    while (d_.state(id).family != id) {
      id = d_.state(id).family = d_.state(d_.state(id).family).family;
    }
    return id;
  }

  void weigh() {
    for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(d_.nodes.size()); ++id) {
      const ir::Node& node = d_.node(id);
      NodeState& state = d_.state(id);
      if (node.is_parameter) continue;
      const Category category = category_of(node);
      const bool is_pointwise = category == Category::elementwise || category == Category::gather;
      state.weight = category == Category::view ? 0 : own_weight(node);
      for (const ir::Operand& operand : node.operands) {
        if (operand.kind != ir::Operand::Kind::node) continue;
        const ir::NodeId base = d_.state(operand.node).base;
        if (category != Category::view || state.is_copy) ++d_.state(base).consumers;
        state.weight = std::min(1000, state.weight + std::max(1, d_.state(operand.node).weight));
        if (is_pointwise && d_.node(base).type.numel() == node.type.numel() &&
            node.type.numel() > 1) {
          d_.state(family(base)).family = family(id);
        }
      }
      if (category == Category::view && !state.is_copy) {
        state.weight = d_.state(node.operands[0].node).weight;
      } else if (!is_pointwise) {
        state.weight = 1;
      }
    }
    for (const ir::NodeId id : d_.graph.outputs) ++d_.state(d_.state(id).base).consumers;
  }

  // Outputs that are views of memory that lives on anyway show it; others are stored.
  void take_outputs() {
    for (const ir::NodeId id : d_.graph.outputs) {
      const NodeState& state = d_.state(id);
      if (state.base == id && !d_.node(id).is_parameter) d_.state(id).is_output = true;
    }
    for (const ir::NodeId id : d_.graph.outputs) {
      const ir::NodeId base = d_.state(id).base;
      NodeState& state = d_.state(base);
      MemoryOperand output{id, {}, d_.node(id).type};
      const bool lives_on = d_.node(base).is_parameter || state.is_output;
      if (!lives_on && d_.node(base).type.numel() == d_.node(id).type.numel()) {
        state.is_output = true;
      } else if (!lives_on) {
        const uint32_t storage = new_storage(d_.node(id).type, /*is_output=*/true);
        output = {ir::kNoNode, whole(storage, shape_of(id)), d_.node(id).type};
        copy_into(id, output.place, 0);
      }
      d_.outputs.push_back(std::move(output));
    }
  }

  uint32_t new_storage(const TensorType& type, bool is_output) {
    Storage storage;
    storage.bytes = type.numel() * size_of(type.dtype);
    storage.dtype = type.dtype;
    if (is_output) {
      storage.kind = Buffer::Kind::output;
      storage.index = d_.output_count++;
    }
    d_.storages.push_back(std::move(storage));
    return static_cast<uint32_t>(d_.storages.size() - 1);
  }

  static Place whole(uint32_t storage, const Shape& shape) {
    Place place;
    place.storage = storage;
    place.strides = contiguous_strides(shape);
    return place;
  }

  // A new cluster over the node's shape that stores it at `target`.
  ClusterId copy_into(ir::NodeId id, Place target, int32_t height) {
    const ClusterId cluster = clusters_.make(Cluster::Kind::kernel, height);
    const AxisMap map = clusters_.add_axes(cluster, shape_of(id));
    const uint32_t storage = target.storage;
    d_.clusters[static_cast<size_t>(cluster)].roots.push_back({id, map, std::move(target)});
    d_.storages[storage].writers.push_back(cluster);
    use(id, cluster, map);
    return cluster;
  }

  // `cluster` reads node `id` with `map`: by maps down to what works it out, or from memory where
  // a reshape stands between.
  void use(ir::NodeId id, ClusterId cluster, AxisMap map) {
    while (d_.state(id).base != id) {
      const ir::NodeId source = d_.node(id).operands[0].node;
      AxisMap below;
      if (!is_composable(d_.node(id), shape_of(source)) ||
          !compose(d_.node(id), shape_of(source), map, below)) {
        use_memory(d_.state(id).base, cluster);
        return;
      }
      id = source;
      map = below;
    }
    if (!d_.node(id).is_parameter) d_.state(id).uses.push_back({cluster, map});
  }

  void use_memory(ir::NodeId base, ClusterId cluster) {
    if (!d_.node(base).is_parameter) d_.state(base).memory_uses.push_back(cluster);
  }

  std::vector<ClusterId> users_of(const NodeState& state) const {
    std::vector<ClusterId> users = state.memory_uses;
    for (const Use& each : state.uses) users.push_back(each.cluster);
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return users;
  }

  void take(ir::NodeId id) {
    const ir::Node& node = d_.node(id);
    NodeState& state = d_.state(id);
    const std::vector<ClusterId> users = users_of(state);
    if (state.is_copy) {
      take_reshape(id, users);
      return;
    }
    switch (category_of(node)) {
      case Category::elementwise:
      case Category::gather:
      case Category::reduction:
        take_computation(id, users);
        return;
      case Category::write:
        take_write(id, users);
        return;
      case Category::concat:
        take_concat(id, users);
        return;
      case Category::contraction:
        take_product(id, users);
        return;
      case Category::library:
        take_library(id, users);
        return;
      case Category::view:
        LZ_ASSERT(false, "a view with memory of its own");
    }
  }

  uint32_t store(ir::NodeId id) {
    NodeState& state = d_.state(id);
    state.is_stored = true;
    state.place.storage = state.written_over_by != ir::kNoNode
                              ? d_.state(state.written_over_by).place.storage
                              : new_storage(d_.node(id).type, state.is_output);
    return state.place.storage;
  }

  // Orders the cluster that stores `id` before all that load it.
  void link(ClusterId writer, ir::NodeId id, const std::vector<ClusterId>& users) {
    const std::vector<ClusterId>& inlined = d_.state(id).inlined;
    for (const ClusterId user : users) {
      if (user == writer) continue;
      const auto& memory = d_.state(id).memory_uses;
      const bool loads = std::find(inlined.begin(), inlined.end(), user) == inlined.end() ||
                         std::find(memory.begin(), memory.end(), user) != memory.end();
      if (loads) clusters_.link(writer, user);
    }
  }

  void take_reshape(ir::NodeId id, const std::vector<ClusterId>& users) {
    const ir::NodeId source = d_.node(id).operands[0].node;
    const uint32_t storage = store(id);
    const ClusterId cluster =
        copy_into(source, whole(storage, shape_of(source)), clusters_.height_above(users));
    d_.state(id).home = cluster;
    link(cluster, id, users);
  }

  // --- elementwise, gather, reduction ---------------------------------------------------------

  void take_computation(ir::NodeId id, const std::vector<ClusterId>& users) {
    NodeState& state = d_.state(id);
    const bool must_store = state.is_output || !state.memory_uses.empty() || d_.options.unfused;
    if (!must_store && can_inline_everywhere(id, users)) {
      for (const ClusterId cluster : users) work_out(id, cluster);
      return;
    }
    const uint32_t storage = store(id);
    ClusterId home = d_.options.unfused ? kNoCluster : find_home(id, users);
    AxisMap map;
    if (home != kNoCluster) {
      map = map_in(id, home);
    } else if (!d_.options.unfused && (home = find_sibling(id, users, map)) != kNoCluster) {
      state.uses.push_back({home, map});
    } else {
      home = new_home(id, users, map);
      state.uses.push_back({home, map});
    }
    for (const ClusterId user : users) {
      if (user != home) clusters_.raise(home, d_.clusters[static_cast<size_t>(user)].height + 1);
    }
    state.home = home;
    d_.clusters[static_cast<size_t>(home)].roots.push_back({id, map, whole(storage, shape_of(id))});
    d_.storages[storage].writers.push_back(home);
    work_out(id, home);
    link(home, id, users);
  }

  AxisMap map_in(ir::NodeId id, ClusterId cluster) const {
    for (const Use& each : d_.state(id).uses) {
      if (each.cluster == cluster) return each.map;
    }
    return AxisMap();
  }

  bool has_one_map(ir::NodeId id, ClusterId cluster) const {
    const Use* first = nullptr;
    for (const Use& each : d_.state(id).uses) {
      if (each.cluster != cluster) continue;
      if (first && !(first->map == each.map)) return false;
      first = &each;
    }
    return true;
  }

  bool is_fold(ir::NodeId id) const {
    const ir::Node& node = d_.node(id);
    if (category_of(node) != Category::reduction) return false;
    const Shape& operand = shape_of(node.operands[0].node);
    return !folds_one(node, operand) && !folds_none(node, operand);
  }

  bool can_inline_everywhere(ir::NodeId id, const std::vector<ClusterId>& users) {
    const bool is_cheap = !is_fold(id) && d_.state(id).weight <= kCheap;
    if (users.size() > 1 && !is_cheap) return false;
    return std::all_of(users.begin(), users.end(),
                       [&](ClusterId cluster) { return can_inline(id, cluster); });
  }

  bool can_fail(ir::NodeId id) const { return op::traits_of(d_.node(id).kind).can_fail(); }

  bool has_room(ir::NodeId id, ClusterId cluster) const {
    return !can_fail(id) || d_.clusters[static_cast<size_t>(cluster)].fallible == ir::kNoNode;
  }

  bool can_inline(ir::NodeId id, ClusterId cluster) {
    if (!has_room(id, cluster)) return false;
    const AxisMap map = map_in(id, cluster);
    if (is_fold(id)) {
      AxisMap unused;
      return has_one_map(id, cluster) && clusters_.fit_fold(cluster, id, map, unused, false);
    }
    if (d_.state(id).weight <= kCheap) return true;
    if (!has_one_map(id, cluster)) return false;
    return !clusters_.repeats(cluster, map) || clusters_.follows_fold(cluster, id, map);
  }

  // Works the node out in the cluster, under every map that it is used with there.
  void work_out(ir::NodeId id, ClusterId cluster) {
    NodeState& state = d_.state(id);
    state.inlined.push_back(cluster);
    if (can_fail(id)) d_.clusters[static_cast<size_t>(cluster)].fallible = id;
    std::vector<AxisMap> done;
    for (size_t i = 0; i < state.uses.size(); ++i) {
      if (state.uses[i].cluster != cluster) continue;
      const AxisMap map = state.uses[i].map;
      if (std::find(done.begin(), done.end(), map) != done.end()) continue;
      done.push_back(map);
      use_operands(id, cluster, map);
    }
  }

  void use_operands(ir::NodeId id, ClusterId cluster, const AxisMap& map) {
    const ir::Node& node = d_.node(id);
    if (category_of(node) == Category::reduction) {
      const ir::NodeId operand = node.operands[0].node;
      if (folds_none(node, shape_of(operand))) return;
      AxisMap below = kept_map(node, shape_of(operand), map);
      if (is_fold(id)) {
        const bool fits = clusters_.fit_fold(cluster, id, map, below, true);
        LZ_ASSERT(fits, "a reduction does not fit the cluster that works it out");
        if (d_.state(id).arranged) return;
      }
      use(operand, cluster, below);
      return;
    }
    if (category_of(node) == Category::gather) {
      const ir::NodeId data = node.operands[0].node;
      if (d_.options.unfused || d_.node(data).is_parameter ||
          d_.node(data).kind != OpKind::arange) {
        use_memory(d_.state(data).base, cluster);
      }
      use(node.operands[1].node, cluster, map);
      return;
    }
    for (const ir::Operand& operand : node.operands) {
      if (operand.kind != ir::Operand::Kind::node) continue;
      use(operand.node, cluster, broadcast_map(map, node.type.shape, shape_of(operand.node)));
    }
  }

  // A cluster that uses the node, may work it out and store it, and can run before all its other
  // users.
  ClusterId find_home(ir::NodeId id, const std::vector<ClusterId>& users) {
    ClusterId best = kNoCluster;
    for (const ClusterId cluster : users) {
      const NodeState& state = d_.state(id);
      if (std::find(state.memory_uses.begin(), state.memory_uses.end(), cluster) !=
          state.memory_uses.end()) {
        continue;
      }
      if (d_.clusters[static_cast<size_t>(cluster)].kind != Cluster::Kind::kernel) continue;
      if (best != kNoCluster && d_.clusters[static_cast<size_t>(cluster)].height <=
                                    d_.clusters[static_cast<size_t>(best)].height) {
        continue;
      }
      if (!has_one_map(id, cluster) || !can_inline(id, cluster) ||
          !clusters_.can_store(cluster, id, map_in(id, cluster)) ||
          !clusters_.can_precede(cluster, users)) {
        continue;
      }
      best = cluster;
    }
    return best;
  }

  // A cluster over the same data with the same axes.
  ClusterId find_sibling(ir::NodeId id, const std::vector<ClusterId>& users, AxisMap& map) {
    const ir::NodeId data = family(is_fold(id) ? d_.state(d_.node(id).operands[0].node).base : id);
    for (const ClusterId cluster : clusters_.of_family(data)) {
      if (std::find(users.begin(), users.end(), cluster) != users.end()) continue;
      if (!has_room(id, cluster)) continue;
      if (!(is_fold(id) ? clusters_.match_fold(cluster, id, map)
                        : clusters_.match_axes(cluster, id, map))) {
        continue;
      }
      if (!clusters_.can_store(cluster, id, map) || !clusters_.can_precede(cluster, users))
        continue;
      return cluster;
    }
    return kNoCluster;
  }

  ClusterId new_home(ir::NodeId id, const std::vector<ClusterId>& users, AxisMap& map) {
    const ClusterId cluster = clusters_.make(Cluster::Kind::kernel, clusters_.height_above(users));
    map = clusters_.add_axes(cluster, shape_of(id));
    ir::NodeId data = id;
    if (is_fold(id)) {
      const ir::NodeId operand = d_.node(id).operands[0].node;
      data = d_.state(operand).base;
      AxisMap unused;
      if (!clusters_.fit_fold(cluster, id, map, unused, false)) arrange(id, cluster);
    }
    clusters_.set_family(cluster, family(data));
    return cluster;
  }

  // Copies a reduction's operand so that its folded dimensions come last and lie in one stretch.
  void arrange(ir::NodeId id, ClusterId cluster) {
    const ir::Node& node = d_.node(id);
    const ir::NodeId operand = node.operands[0].node;
    const TensorType& type = d_.node(operand).type;
    const uint32_t folded = folded_dims(node);
    auto place = std::make_unique<Place>();
    place->storage = new_storage(type, /*is_output=*/false);
    place->strides = Dims::filled(type.shape.rank(), 1);
    int64_t stride = 1;
    for (const bool folds : {true, false}) {
      for (int d = type.shape.rank() - 1; d >= 0; --d) {
        if (((folded >> d & 1) != 0) != folds) continue;
        place->strides[d] = stride;
        stride *= std::max<int64_t>(type.shape[d], 1);
      }
    }
    const ClusterId copy = copy_into(operand, *place, clusters_.height_above({cluster}));
    clusters_.link(copy, cluster);
    d_.state(id).arranged = std::move(place);
  }

  // --- nodes with memory of their own ----------------------------------------------------------

  void take_write(ir::NodeId id, const std::vector<ClusterId>& users) {
    const ir::Node& node = d_.node(id);
    const ir::NodeId self = node.operands[0].node;
    const ir::NodeId source = node.operands[1].node;
    const uint32_t storage = store(id);
    Place region = whole(storage, node.type.shape);
    if (node.kind == OpKind::narrow_write) {
      const int64_t stride = region.strides[static_cast<int>(node.attributes[0])];
      region.terms.push_back({node.offsets[0], stride});
    } else {
      // Of no elements, strides may be such as no others are written by.
      region.strides = d_.node(source).type.numel() == 0
                           ? contiguous_strides(shape_of(source))
                           : Dims(std::span<const int64_t>(node.attributes));
      region.terms.push_back({node.offsets[0], 1});
    }
    const ClusterId cluster = copy_into(source, region, clusters_.height_above(users));
    d_.clusters[static_cast<size_t>(cluster)].node = id;
    d_.state(id).home = cluster;
    link(cluster, id, users);

    NodeState& below = d_.state(self);
    const bool is_parameter = d_.node(below.base).is_parameter;
    if (below.base == self && !is_parameter && below.consumers == 1 && !below.is_output &&
        !d_.options.unfused) {
      below.written_over_by = id;
      use_memory(self, cluster);
    } else if (below.base == self && below.place.terms.empty() &&
               below.place.strides == contiguous_strides(node.type.shape)) {
      d_.clusters[static_cast<size_t>(cluster)].operands.push_back({self, {}, node.type});
      use_memory(self, cluster);
    } else {
      const ClusterId copy =
          copy_into(self, whole(storage, node.type.shape), clusters_.height_above({cluster}));
      clusters_.link(copy, cluster);
    }
  }

  void take_concat(ir::NodeId id, const std::vector<ClusterId>& users) {
    const ir::Node& node = d_.node(id);
    const uint32_t storage = store(id);
    const int dim = static_cast<int>(node.attributes[0]);
    int64_t start = 0;
    for (const ir::Operand& operand : node.operands) {
      Place region = whole(storage, node.type.shape);
      region.offset = start * region.strides[dim];
      start += shape_of(operand.node)[dim];
      const ClusterId cluster =
          copy_into(operand.node, std::move(region), clusters_.height_above(users));
      d_.state(id).home = cluster;
      link(cluster, id, users);
    }
  }

  ClusterId make_call(ir::NodeId id, Cluster::Kind kind, const std::vector<ClusterId>& users) {
    const uint32_t storage = store(id);
    const ClusterId cluster = clusters_.make(kind, clusters_.height_above(users));
    d_.clusters[static_cast<size_t>(cluster)].node = id;
    d_.storages[storage].writers.push_back(cluster);
    d_.state(id).home = cluster;
    link(cluster, id, users);
    return cluster;
  }

  void pass_operand(ir::NodeId id, ClusterId cluster, bool as_it_lies) {
    MemoryOperand operand{id, {}, d_.node(id).type};
    if (as_it_lies) {
      use_memory(d_.state(id).base, cluster);
    } else {
      const uint32_t storage = new_storage(operand.type, /*is_output=*/false);
      operand.node = ir::kNoNode;
      operand.place = whole(storage, operand.type.shape);
      const ClusterId copy = copy_into(id, operand.place, clusters_.height_above({cluster}));
      clusters_.link(copy, cluster);
    }
    d_.clusters[static_cast<size_t>(cluster)].operands.push_back(std::move(operand));
  }

  void take_product(ir::NodeId id, const std::vector<ClusterId>& users) {
    const ClusterId cluster = make_call(id, Cluster::Kind::multiply, users);
    for (const ir::Operand& operand : d_.node(id).operands) {
      const Dims& strides = d_.state(operand.node).place.strides;
      const Shape& shape = shape_of(operand.node);
      pass_operand(operand.node, cluster,
                   lies_along(0, shape, strides) || lies_along(1, shape, strides));
    }
  }

  void take_library(ir::NodeId id, const std::vector<ClusterId>& users) {
    const ClusterId cluster = make_call(id, Cluster::Kind::library, users);
    for (const ir::Operand& operand : d_.node(id).operands) {
      if (operand.kind == ir::Operand::Kind::node) pass_operand(operand.node, cluster, true);
    }
  }

  Draft& d_;
  Clusters clusters_;
};

}  // namespace

void form_clusters(Draft& draft) { Former(draft).run(); }

}  // namespace lazuli::schedule
