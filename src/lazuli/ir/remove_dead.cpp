#include <utility>

#include "lazuli/ir/graph.h"

namespace lazuli::ir {

void remove_dead(Graph& graph) {
  std::vector<Node>& nodes = graph.nodes;
  std::vector<bool> live(nodes.size());
  for (const NodeId output : graph.outputs) live[static_cast<size_t>(output)] = true;
  for (size_t i = nodes.size(); i-- > 0;) {
    if (!live[i]) continue;
    for (const Operand& operand : nodes[i].operands) {
      if (operand.kind == Operand::Kind::node) live[static_cast<size_t>(operand.node)] = true;
    }
  }

  std::vector<NodeId> places(nodes.size(), kNoNode);
  size_t kept = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!live[i]) continue;
    places[i] = static_cast<NodeId>(kept);
    if (kept != i) {
      for (Operand& operand : nodes[i].operands) {
        if (operand.kind == Operand::Kind::node) {
          operand.node = places[static_cast<size_t>(operand.node)];
        }
      }
      nodes[kept] = std::move(nodes[i]);
    }
    ++kept;
  }
  nodes.resize(kept);
  for (NodeId& output : graph.outputs) output = places[static_cast<size_t>(output)];
}

}  // namespace lazuli::ir
