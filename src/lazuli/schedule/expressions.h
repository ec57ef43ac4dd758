// What a cluster computes, as a list of expressions in which operands come first. Private to this
// folder.
#pragma once

#include <vector>

#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {

struct Expression {
  enum class Kind : uint8_t { load, number, constant, operation, fold };
  Kind kind = Kind::constant;
  ir::NodeId node = ir::kNoNode;  // operation, fold
  SmallVector<int32_t, 4> operands;
  uint32_t load = 0;         // load: its place among the loads
  uint32_t word = 0;         // number
  uint64_t bits = 0;         // constant
  DType dtype = DType::f32;  // number, constant
  uint32_t axes = 0;         // bits of the axes along which it varies
  int32_t ready = 0;         // loops of the kernel that must have ended before
  AxisMap map;               // tells uses of one node apart
  int32_t next = -1;         // another expression of the same node
};

struct Expressions {
  std::vector<Expression> list;
  std::vector<Load> loads;
  std::vector<int32_t> roots;  // by root of the cluster
  std::vector<uint32_t> entries;
  bool can_fail = false;
};

// Collects clusters' expressions; keeps its working storage from one to the next.
class ExpressionCollector {
 public:
  explicit ExpressionCollector(const Draft& draft) : d_(draft), heads_(draft.nodes.size()) {}
  void collect(ClusterId cluster, Expressions& expressions);

 private:
  struct Key {
    ir::NodeId node;
    AxisMap map;
  };
  struct Frame {
    Key key;
    bool operands_done;
  };
  struct Head {
    ClusterId cluster = kNoCluster;
    int32_t first = -1;
  };

  Key resolve(ir::NodeId id, const AxisMap& map) const;
  bool is_worked_out(ir::NodeId id) const;
  int32_t find(const Key& key) const;
  int32_t add(const Key& key, Expression expression);
  int32_t evaluate(ir::NodeId id, const AxisMap& map);
  void open(const Key& key, std::vector<Frame>& frames);
  void close(const Key& key);
  void close_gather(const Key& key, const ir::Node& node);
  int32_t add_load(const Key& key, Load load, SmallVector<int32_t, 4> operands = {});
  int32_t add_scalar(const ir::Operand& operand);
  Load located(const Place& place, const AxisMap& map, DType dtype) const;
  Load ramp(const AxisMap& map) const;
  AxisMap folded_map(const ir::Node& node, const AxisMap& map) const;
  bool checks_indices(const ir::Node& gather) const;

  const Draft& d_;
  std::vector<Head> heads_;  // by node
  ClusterId cluster_ = kNoCluster;
  Expressions* out_ = nullptr;
};

}  // namespace lazuli::schedule
