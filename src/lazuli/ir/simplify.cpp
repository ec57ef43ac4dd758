#include <algorithm>

#include "lazuli/ir/graph.h"

namespace lazuli::ir {
namespace {

using op::OpKind;

bool is_one(const Operand& operand) {
  if (operand.kind != Operand::Kind::constant) return false;
  return operand.bits == Scalar(1).word_as(operand.dtype);
}

class Simplifier {
 public:
  explicit Simplifier(Graph& graph) : graph_(graph), same_(graph.nodes.size()) {}

  void run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      Node& node = graph_.nodes[i];
      for (Operand& operand : node.operands) {
        if (operand.kind == Operand::Kind::node) {
          operand.node = same_[static_cast<size_t>(operand.node)];
        }
      }
      const NodeId equal = node.is_parameter ? kNoNode : simplify(node);
      same_[i] = equal == kNoNode ? static_cast<NodeId>(i) : equal;
    }
    move_outputs();
  }

 private:
  // The node that `node` equals to the bit, if one is known. Operands have been replaced already,
  // so what they simplify to is settled.
  NodeId simplify(Node& node) {
    switch (node.kind) {
      case OpKind::view:
      case OpKind::expand:
        if (const Node* inner = operand_of_kind(node, node.kind)) node.operands = inner->operands;
        return if_same_type(node, 0);
      case OpKind::permute:
        return simplify_permute(node);
      case OpKind::narrow:
      case OpKind::to:
        // A start in range is 0 where the length is all there is.
        return if_same_type(node, 0);
      case OpKind::narrow_write:
        return if_same_type(node, 1);
      case OpKind::mul:
        if (is_one(node.operands[0])) return if_same_type(node, 1);
        [[fallthrough]];
      case OpKind::div:
        return is_one(node.operands[1]) ? if_same_type(node, 0) : kNoNode;
      case OpKind::neg:
        if (const Node* inner = operand_of_kind(node, OpKind::neg)) {
          if (inner->operands[0].kind == Operand::Kind::node) return inner->operands[0].node;
        }
        return kNoNode;
      default:
        return kNoNode;
    }
  }

  NodeId simplify_permute(Node& node) {
    if (const Node* inner = operand_of_kind(node, OpKind::permute)) {
      for (int64_t& dim : node.attributes) dim = inner->attributes[static_cast<size_t>(dim)];
      node.operands = inner->operands;
    }
    for (size_t i = 0; i < node.attributes.size(); ++i) {
      if (node.attributes[i] != static_cast<int64_t>(i)) return kNoNode;
    }
    return if_same_type(node, 0);
  }

  NodeId if_same_type(const Node& node, size_t place) const {
    const Operand& operand = node.operands[place];
    if (operand.kind != Operand::Kind::node) return kNoNode;
    return graph_.nodes[static_cast<size_t>(operand.node)].type == node.type ? operand.node
                                                                             : kNoNode;
  }

  const Node* operand_of_kind(const Node& node, OpKind kind) const {
    const Operand& operand = node.operands[0];
    if (operand.kind != Operand::Kind::node) return nullptr;
    const Node& inner = graph_.nodes[static_cast<size_t>(operand.node)];
    return !inner.is_parameter && inner.kind == kind ? &inner : nullptr;
  }

  bool is_view(const Node& node) const {
    return node.is_parameter || op::traits_of(node.kind).category == op::Category::view;
  }

  // An output becomes the node that it equals, unless that gives a result with memory of its own
  // the memory of another.
  void move_outputs() {
    std::vector<bool> is_output(graph_.nodes.size());
    for (const NodeId output : graph_.outputs) is_output[static_cast<size_t>(output)] = true;
    for (NodeId& output : graph_.outputs) {
      const auto place = static_cast<size_t>(output);
      const auto target = static_cast<size_t>(same_[place]);
      if (target == place || is_output[target]) continue;
      const Node& equal = graph_.nodes[target];
      if (equal.is_parameter || (is_view(equal) && !is_view(graph_.nodes[place]))) continue;
      is_output[place] = false;
      is_output[target] = true;
      output = static_cast<NodeId>(target);
    }
  }

  Graph& graph_;
  std::vector<NodeId> same_;  // by node: what its readers read instead
};

}  // namespace

void simplify(Graph& graph) { Simplifier(graph).run(); }

}  // namespace lazuli::ir
