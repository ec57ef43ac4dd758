#include "lazuli/ir/graph.h"

#include "lazuli/base/check.h"
#include "lazuli/core/scalar.h"

namespace lazuli::ir {
namespace {

std::string text_of(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::node:
      return format("%{}", operand.node);
    case Operand::Kind::word:
      return format("w{}", operand.word);
    case Operand::Kind::constant:
      break;
  }
  return lazuli::to_string(Scalar::from_word(operand.dtype, operand.bits));
}

template <typename List>
std::string joined(const List& list) {
  std::string text;
  for (const auto& item : list) text += format("{}{}", text.empty() ? "" : ", ", item);
  return text;
}

std::string parameter_text(const Node& node) {
  std::string text = format("parameter {} in memory {}", node.parameter, node.memory);
  if (!is_contiguous({node.type.shape, node.strides})) {
    text += " strides " + lazuli::to_string(node.strides);
  }
  if (node.offset_word != kNoWord) text += format(" at w{}", node.offset_word);
  return text;
}

std::string line_of(const Graph& graph, size_t place) {
  const Node& node = graph.nodes[place];
  const std::string start = format("%{}: {} = ", place, lazuli::to_string(node.type));
  if (node.is_parameter) return start + parameter_text(node);
  std::string text = start + std::string(op::name_of(node.kind));
  const char* separator = " ";
  for (const Operand& operand : node.operands) {
    text += separator + text_of(operand);
    separator = ", ";
  }
  if (!node.attributes.empty()) text += " {" + joined(node.attributes) + "}";
  if (!node.sizes.empty()) text += " [" + joined(node.sizes) + "]";
  for (const uint32_t word : node.offsets) text += format(" at w{}", word);
  return text + format("  # entry {}", node.entry);
}

#define LZ_NODE(condition, ...) \
  LZ_ASSERT(condition, "{}\n  {}", format(__VA_ARGS__), line_of(graph, place))

void verify_parameter(const Graph& graph, size_t place) {
  const Node& node = graph.nodes[place];
  LZ_NODE(node.strides.rank() == node.type.shape.rank(), "a parameter has {} strides, rank {}",
          node.strides.rank(), node.type.shape.rank());
  LZ_NODE(node.operands.empty() && node.attributes.empty() && node.sizes.empty() &&
              node.offsets.empty(),
          "a parameter has arguments");
}

void verify_operation(const Graph& graph, size_t place) {
  const Node& node = graph.nodes[place];
  LZ_NODE(static_cast<int>(node.kind) < op::kOpKindCount, "no such operator");
  const op::Traits& traits = op::traits_of(node.kind);
  const auto has = [](int count, size_t size) {
    return count < 0 || static_cast<size_t>(count) == size;
  };
  LZ_NODE(has(traits.operands, node.operands.size()), "{} operands, not {}", node.operands.size(),
          traits.operands);
  LZ_NODE(has(traits.attributes, node.attributes.size()), "{} attributes, not {}",
          node.attributes.size(), traits.attributes);
  LZ_NODE(has(traits.sizes, node.sizes.size()), "{} sizes, not {}", node.sizes.size(),
          traits.sizes);
  LZ_NODE(has(traits.offsets, node.offsets.size()), "{} offsets, not {}", node.offsets.size(),
          traits.offsets);
  for (const uint32_t word : node.offsets) LZ_NODE(word != kNoWord, "an offset names no word");

  std::vector<TensorType> types;
  for (const Operand& operand : node.operands) {
    if (operand.kind != Operand::Kind::node) {
      LZ_NODE(operand.kind == Operand::Kind::constant || operand.word != kNoWord,
              "a number names no word");
      types.push_back({operand.dtype, {}});
      continue;
    }
    LZ_NODE(operand.node >= 0 && static_cast<size_t>(operand.node) < place,
            "operand %{} does not come before", operand.node);
    types.push_back(graph.nodes[static_cast<size_t>(operand.node)].type);
    LZ_NODE(operand.dtype == types.back().dtype, "operand %{} is {}, not {}", operand.node,
            name_of(types.back().dtype), name_of(operand.dtype));
  }
  TensorType expected;
  try {
    expected = op::infer({node.kind, types, node.attributes, node.sizes});
  } catch (const Error& error) {
    LZ_NODE(false, "{}", error.what());
  }
  LZ_NODE(node.type == expected, "the type is {}", lazuli::to_string(expected));
}

#undef LZ_NODE

}  // namespace

std::string to_string(const Graph& graph) {
  std::string text;
  for (size_t i = 0; i < graph.nodes.size(); ++i) text += line_of(graph, i) + "\n";
  text += "outputs:";
  const char* separator = " ";
  for (const NodeId output : graph.outputs) {
    text += format("{}%{}", separator, output);
    separator = ", ";
  }
  return text + "\n";
}

void verify(const Graph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    graph.nodes[i].is_parameter ? verify_parameter(graph, i) : verify_operation(graph, i);
  }
  std::vector<bool> seen(graph.nodes.size());
  for (const NodeId output : graph.outputs) {
    LZ_ASSERT(output >= 0 && static_cast<size_t>(output) < graph.nodes.size(),
              "output %{} of {} nodes", output, graph.nodes.size());
    const auto place = static_cast<size_t>(output);
    LZ_ASSERT(!seen[place], "an output comes twice\n  {}", line_of(graph, place));
    seen[place] = true;
  }
}

}  // namespace lazuli::ir
