#include <algorithm>
#include <bit>
#include <utility>

#include "lazuli/base/hash.h"
#include "lazuli/ir/graph.h"

namespace lazuli::ir {
namespace {

uint64_t hash_of(const Node& node) {
  const auto word = [](uint32_t high, uint32_t low) { return uint64_t{high} << 32 | low; };
  if (node.is_parameter) return hash_combine(~uint64_t{0}, node.parameter);
  uint64_t hash = static_cast<uint64_t>(node.kind);
  for (const Operand& operand : node.operands) {
    switch (operand.kind) {
      case Operand::Kind::node:
        hash = hash_combine(hash, static_cast<uint32_t>(operand.node));
        break;
      case Operand::Kind::word:
        hash = hash_combine(hash, word(1, operand.word));
        break;
      case Operand::Kind::constant:
        hash = hash_combine(hash, operand.bits + word(2, static_cast<uint32_t>(operand.dtype)));
        break;
    }
  }
  for (const int64_t attribute : node.attributes) {
    hash = hash_combine(hash, static_cast<uint64_t>(attribute));
  }
  for (const int64_t size : node.sizes) hash = hash_combine(hash, static_cast<uint64_t>(size));
  for (const uint32_t offset : node.offsets) hash = hash_combine(hash, offset);
  return hash;
}

bool are_equal(const Node& a, const Node& b) {
  if (a.is_parameter != b.is_parameter) return false;
  if (a.is_parameter) return a.parameter == b.parameter;
  return a.kind == b.kind && a.operands == b.operands && a.attributes == b.attributes &&
         a.sizes == b.sizes && a.offsets == b.offsets && a.type == b.type;
}

// The nodes seen so far by what they compute: open addressing over places in Graph::nodes.
class Known {
 public:
  explicit Known(const std::vector<Node>& nodes)
      : nodes_(nodes), slots_(std::bit_ceil(2 * nodes.size() + 1)) {}

  // The first node that is equal, else kNoNode, and `place` is the first from now on.
  NodeId find_or_add(const Node& node, NodeId place) {
    const uint64_t hash = hash_of(node);
    const auto tag = static_cast<uint32_t>(hash >> 32);
    const size_t mask = slots_.size() - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.node == kNoNode) {
        slot = {tag, place};
        return kNoNode;
      }
      if (slot.tag == tag && are_equal(nodes_[static_cast<size_t>(slot.node)], node)) {
        return slot.node;
      }
    }
  }

 private:
  struct Slot {
    uint32_t tag = 0;
    NodeId node = kNoNode;
  };
  const std::vector<Node>& nodes_;
  std::vector<Slot> slots_;
};

}  // namespace

void merge_equal(Graph& graph) {
  std::vector<Node>& nodes = graph.nodes;
  Known known(nodes);
  std::vector<bool> was_output(nodes.size());
  for (const NodeId output : graph.outputs) was_output[static_cast<size_t>(output)] = true;

  // Of each node: where its readers find it, and where it is as an output. They differ for an
  // output that equals an earlier one: it stays, unread.
  std::vector<NodeId> readings(nodes.size());
  std::vector<NodeId> places(nodes.size());
  std::vector<bool> is_output(nodes.size());  // by new place
  size_t kept = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    Node& node = nodes[i];
    for (Operand& operand : node.operands) {
      if (operand.kind == Operand::Kind::node) {
        operand.node = readings[static_cast<size_t>(operand.node)];
      }
    }
    const auto here = static_cast<NodeId>(kept);
    const bool may_merge = node.is_parameter || !op::traits_of(node.kind).is_random;
    const NodeId first = may_merge ? known.find_or_add(node, here) : kNoNode;
    readings[i] = first == kNoNode ? here : first;
    places[i] =
        first == kNoNode || (was_output[i] && is_output[static_cast<size_t>(first)]) ? here : first;
    if (was_output[i]) is_output[static_cast<size_t>(places[i])] = true;
    if (places[i] != here) continue;
    if (kept != i) nodes[kept] = std::move(node);
    ++kept;
  }
  nodes.resize(kept);
  for (NodeId& output : graph.outputs) output = places[static_cast<size_t>(output)];
}

}  // namespace lazuli::ir
