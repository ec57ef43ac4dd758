// The schedule while it is being made: what each node becomes, and the clusters of nodes that will
// share a kernel. Private to this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lazuli/schedule/axis_map.h"
#include "lazuli/schedule/schedule.h"

namespace lazuli::schedule {

using ClusterId = int32_t;
inline constexpr ClusterId kNoCluster = -1;

// Elements in memory by logical dimension; `storage` numbers Draft::storages.
struct Place {
  uint32_t storage = 0;
  Dims strides;
  int64_t offset = 0;
  SmallVector<Address::Term, 2> terms;
  friend bool operator==(const Place& a, const Place& b);
};

// Memory that the schedule names: becomes a Buffer.
struct Storage {
  Buffer::Kind kind = Buffer::Kind::temporary;
  uint32_t index = 0;  // parameter: memory number; output: place among output buffers
  int64_t bytes = 0;
  DType dtype = DType::f32;
  std::vector<ClusterId> writers;  // in the order in which they must run
};

// A use of a node's value by a cluster that can work it out itself or load it.
struct Use {
  ClusterId cluster = kNoCluster;
  AxisMap map;
};

struct NodeState {
  // Views: the node whose memory they show, and where in it. Others: themselves.
  ir::NodeId base = ir::kNoNode;
  Place place;                   // in the base's memory; `storage` is filled once the base has one
  bool crosses_reshape = false;  // maps don't compose from here to the base
  bool is_copy = false;          // a reshape that strides can't express: computed like an operation
  bool is_output = false;
  bool is_stored = false;
  std::vector<Use> uses;
  std::vector<ClusterId> memory_uses;        // clusters that need it in memory
  std::vector<ClusterId> inlined;            // clusters that work it out; the home too
  ClusterId home = kNoCluster;               // the cluster that stores it
  int32_t family = -1;                       // union-find parent: values that share full-size data
  int32_t weight = 0;                        // primitives to work it out, roughly
  int32_t consumers = 0;                     // operands and outputs that read its memory's base
  ir::NodeId written_over_by = ir::kNoNode;  // a write that takes its memory over in place
  // A reduction whose operand is rearranged first, folded dimensions last: where it then lies.
  std::unique_ptr<Place> arranged;
};

// Memory named by a node whose storage may not be known yet, or by a place.
struct MemoryOperand {
  ir::NodeId node = ir::kNoNode;  // kNoNode: `place` is complete
  Place place;
  TensorType type;
};

struct Root {
  ir::NodeId node = ir::kNoNode;
  AxisMap map;   // of the node's dimensions
  Place target;  // strides by the node's dimensions
};

struct Cluster {
  enum class Kind : uint8_t { kernel, multiply, library };
  Kind kind = Kind::kernel;
  SmallVector<int64_t, 6> axes;         // extents; axes of extent 1 don't exist
  uint32_t reduced = 0;                 // bit a: axis a is folded
  std::vector<Root> roots;              // kernel
  ir::NodeId node = ir::kNoNode;        // multiply, library; the write that the kernel completes
  std::vector<MemoryOperand> operands;  // multiply, library; a write's self, to be copied first
  ir::NodeId fallible = ir::kNoNode;    // the one node in it that can fail, so that errors name it
  int32_t family = -1;
  int32_t height = 0;  // above all clusters that use what it stores
  std::vector<ClusterId> users;
  std::vector<ClusterId> feeders;
};

struct Draft {
  Draft(const ir::Graph& of, const Options& with) : graph(of), options(with) {}

  const ir::Graph& graph;
  const Options& options;
  std::vector<NodeState> nodes;
  std::vector<Storage> storages;
  std::vector<Cluster> clusters;
  std::vector<MemoryOperand> outputs;  // by graph output
  uint32_t output_count = 0;           // output buffers

  const ir::Node& node(ir::NodeId id) const { return graph.nodes[static_cast<size_t>(id)]; }
  NodeState& state(ir::NodeId id) { return nodes[static_cast<size_t>(id)]; }
  const NodeState& state(ir::NodeId id) const { return nodes[static_cast<size_t>(id)]; }
  // The node's elements in memory, once its base is stored.
  Place place_of(ir::NodeId id) const {
    Place place = state(id).place;
    place.storage = state(state(id).base).place.storage;
    return place;
  }
  Place resolve(const MemoryOperand& operand) const {
    return operand.node == ir::kNoNode ? operand.place : place_of(operand.node);
  }
};

// The operator's category, and of a reduction its folded dimensions.
op::Category category_of(const ir::Node& node);
// Bit d: dimension d of the operand is folded.
uint32_t folded_dims(const ir::Node& reduction);
inline bool keeps_dims(const ir::Node& reduction) { return reduction.attributes[0] != 0; }
// A reduction that folds nothing (each folded extent is 1) or over nothing (one is 0).
bool folds_one(const ir::Node& reduction, const Shape& operand);
bool folds_none(const ir::Node& reduction, const Shape& operand);
// Whether matrices, along the last two dimensions, lie as a library reads them with dimension
// `inner` of them in order: without gaps there, and the other dimension's lines apart.
bool lies_along(int inner, const Shape& shape, const Dims& strides);
// The operand's map where the reduction's result has `map`; folded dimensions get no axis.
AxisMap kept_map(const ir::Node& reduction, const Shape& operand, const AxisMap& map);

// The steps of make_schedule, in order; each in the file of its name.
void place_views(Draft& draft);
void form_clusters(Draft& draft);
void find_sources(const ir::Graph& graph, Schedule& schedule);

// One memory operand of a cluster's kernel, by cluster axis.
struct Load {
  uint32_t storage = 0;
  bool is_ramp = false;
  DType dtype = DType::f32;
  SmallVector<int64_t, 6> strides;  // elements, or increments
  int64_t offset = 0;
  SmallVector<Address::Term, 2> terms;
  int64_t index_stride = 0;  // elements
  int64_t index_extent = 0;
  bool is_indexed = false;
  int first_loop = 0;  // loops of the kernel in which it is read or written; the count of loops
  int last_loop = -1;  // stands for "at points"
};

// A cluster's kernel, where it finds its operands, and what that means for memory.
struct ClusterCode {
  kernel::Kernel kernel;
  std::string key;
  InstancePlan instance;
  std::vector<Load> loads;   // accesses [0, loads.size()) of the kernel
  std::vector<Load> stores;  // the accesses after them
  std::vector<uint32_t> entries;
  bool can_fail = false;
};

// Writes the kernels of clusters; keeps its working storage from one to the next.
class KernelWriter {
 public:
  explicit KernelWriter(const Draft& draft);
  ~KernelWriter();
  ClusterCode write(ClusterId cluster);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Orders the clusters into steps, merges equal kernels into tables and plans the memory.
Schedule order_and_place(Draft& draft);

}  // namespace lazuli::schedule
