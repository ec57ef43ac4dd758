#include <utility>

#include "lazuli/ir/graph.h"

namespace lazuli::ir {
namespace {

using op::Category;
using op::OpKind;

bool has_category(const Node& node, Category category) {
  return !node.is_parameter && op::traits_of(node.kind).category == category;
}

class GatherSinker {
 public:
  explicit GatherSinker(Graph& graph) : graph_(graph), users_(graph.nodes.size()) {
    for (const Node& node : graph.nodes) {
      for (const Operand& operand : node.operands) {
        if (operand.kind == Operand::Kind::node) ++users_[static_cast<size_t>(operand.node)];
      }
    }
    for (const NodeId output : graph.outputs) ++users_[static_cast<size_t>(output)];
  }

  void run() {
    std::vector<Node> nodes;
    std::vector<NodeId> now(graph_.nodes.size());  // by node: its place in `nodes`
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      const std::vector<Step> way = has_category(node, Category::gather) ? find_way(node) : Way();
      Node first = node;
      if (!way.empty()) {
        first.operands[0] = operand_of(way.back());
        first.type.dtype = first.operands[0].dtype;
      }
      for (Operand& operand : first.operands) move(operand, now);
      nodes.push_back(std::move(first));
      for (size_t step = way.size(); step-- > 0;) {
        Node next = graph_.nodes[static_cast<size_t>(way[step].node)];
        for (Operand& operand : next.operands) move(operand, now);
        next.operands[way[step].place].node = static_cast<NodeId>(nodes.size() - 1);
        next.type.shape = node.type.shape;
        nodes.push_back(std::move(next));
      }
      now[i] = static_cast<NodeId>(nodes.size() - 1);
    }
    graph_.nodes = std::move(nodes);
    for (NodeId& output : graph_.outputs) output = now[static_cast<size_t>(output)];
  }

 private:
  // An elementwise node, and which of its operands the gather can go on to.
  struct Step {
    NodeId node;
    size_t place;
  };
  using Way = std::vector<Step>;

  const Operand& operand_of(const Step& step) const {
    return graph_.nodes[static_cast<size_t>(step.node)].operands[step.place];
  }

  static void move(Operand& operand, const std::vector<NodeId>& now) {
    if (operand.kind == Operand::Kind::node) operand.node = now[static_cast<size_t>(operand.node)];
  }

  // From the gather's operand on; empty where nothing is gained: what the way ends at would have to
  // be stored for the gather, while what it begins with is stored anyway.
  Way find_way(const Node& gather) const {
    Way way;
    if (gather.operands[0].kind != Operand::Kind::node) return way;
    const auto dim = static_cast<int>(gather.attributes[0]);
    NodeId data = gather.operands[0].node;
    bool is_only_user = true;
    while (true) {
      const Node& node = graph_.nodes[static_cast<size_t>(data)];
      if (node.is_parameter) return way;
      const size_t place = has_category(node, Category::elementwise)
                               ? place_to_sink(node, gather.type.shape, dim)
                               : node.operands.size();
      if (place == node.operands.size()) return is_only_user ? way : Way();
      is_only_user = is_only_user && users_[static_cast<size_t>(data)] == 1;
      way.push_back({data, place});
      data = node.operands[place].node;
    }
  }

  // The one operand that varies along `dim`; as many operands as there are where it is none, or
  // where there are several.
  size_t place_to_sink(const Node& node, const Shape& taken, int dim) const {
    Shape line = node.type.shape;
    const size_t none = node.operands.size();
    if (line.rank() == 0) return none;
    line[dim] = taken[dim];
    if (line != taken) return none;
    // Gives the same whatever is gathered, and an index out of range would go unnoticed.
    if (node.kind == OpKind::where && node.operands[1] == node.operands[2]) return none;
    size_t place = none;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (node.operands[i].kind != Operand::Kind::node) continue;
      const Shape& shape = graph_.nodes[static_cast<size_t>(node.operands[i].node)].type.shape;
      const int own = dim - (node.type.shape.rank() - shape.rank());
      if (own < 0 || shape[own] == 1) continue;
      if (place != none || shape != node.type.shape) return none;
      place = i;
    }
    return place;
  }

  Graph& graph_;
  std::vector<int> users_;
};

}  // namespace

void sink_gathers(Graph& graph) { GatherSinker(graph).run(); }

}  // namespace lazuli::ir
