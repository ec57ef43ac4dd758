// What each output depends on, so that a fault spoils that and nothing else, whatever shares its
// kernel.
#include <algorithm>

#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {
namespace {

bool can_fail(const ir::Node& node) {
  return !node.is_parameter && op::traits_of(node.kind).can_fail();
}

void set(Sources& sources, size_t bit) { sources[bit / 64] |= uint64_t{1} << (bit % 64); }

}  // namespace

void find_sources(const ir::Graph& graph, Schedule& schedule) {
  uint32_t memory_count = 0;
  size_t fallible_count = 0;
  for (const ir::Node& node : graph.nodes) {
    if (node.is_parameter) memory_count = std::max(memory_count, node.memory + 1);
    fallible_count += can_fail(node) ? 1 : 0;
  }
  schedule.memory_count = memory_count;
  std::vector<Sources> sources(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const ir::Node& node = graph.nodes[i];
    Sources& own = sources[i];
    own.assign((memory_count + fallible_count + 63) / 64, 0);
    if (node.is_parameter) set(own, node.memory);
    for (const ir::Operand& operand : node.operands) {
      if (operand.kind != ir::Operand::Kind::node) continue;
      const Sources& below = sources[static_cast<size_t>(operand.node)];
      for (size_t word = 0; word < own.size(); ++word) own[word] |= below[word];
    }
    if (!can_fail(node)) continue;
    schedule.fallible_sources.push_back(own);
    set(own, memory_count + schedule.fallible.size());
    schedule.fallible.push_back(node.entry);
  }
  for (const ir::NodeId output : graph.outputs) {
    schedule.output_sources.push_back(sources[static_cast<size_t>(output)]);
  }
}

}  // namespace lazuli::schedule
