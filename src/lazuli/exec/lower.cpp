#include "lazuli/exec/lower.h"

#include "lazuli/base/format.h"
#include "lazuli/core/scalar.h"

namespace lazuli::exec {

ir::Graph lower(const trace::Tape& tape, size_t count, const std::vector<ParameterPlace>& places,
                const std::vector<uint32_t>& live) {
  ir::Graph graph;
  graph.nodes.reserve(places.size() + count);
  for (size_t i = 0; i < places.size(); ++i) {
    const trace::Value& value = *tape.parameters()[i];
    ir::Node node;
    node.is_parameter = true;
    node.type = value.type();
    node.parameter = static_cast<uint32_t>(i);
    node.strides = value.layout().strides;
    node.offset_word = places[i].offset_word;
    node.memory = places[i].memory;
    graph.nodes.push_back(std::move(node));
  }
  const auto base = static_cast<ir::NodeId>(places.size());
  for (size_t i = 0; i < count; ++i) {
    const trace::Entry& entry = tape.entries()[i];
    const trace::Node& skeleton = *entry.node;
    ir::Node node;
    node.kind = skeleton.kind;
    node.type = entry.value->type();
    node.entry = static_cast<uint32_t>(i);
    uint32_t word = entry.first_word;
    for (const trace::Wire& wire : skeleton.wiring()) {
      ir::Operand operand;
      operand.dtype = wire.dtype;
      switch (wire.kind) {
        case trace::Wire::Kind::slot:
          operand.node = base + static_cast<ir::NodeId>(wire.index);
          break;
        case trace::Wire::Kind::parameter:
          operand.node = static_cast<ir::NodeId>(wire.index);
          break;
        case trace::Wire::Kind::number:
          operand.kind = ir::Operand::Kind::word;
          operand.word = word++;
          break;
        case trace::Wire::Kind::constant:
          operand.kind = ir::Operand::Kind::constant;
          operand.bits = wire.bits;
          break;
      }
      if (operand.node != ir::kNoNode) {
        operand.dtype = graph.nodes[static_cast<size_t>(operand.node)].type.dtype;
      }
      node.operands.push_back(operand);
    }
    node.attributes.append(skeleton.attributes, skeleton.attributes + skeleton.attribute_count);
    const int64_t* sizes = tape.sizes().data() + entry.first_size;
    node.sizes.append(sizes, sizes + skeleton.size_count);
    for (int j = 0; j < skeleton.offset_count; ++j) node.offsets.push_back(word++);
    graph.nodes.push_back(std::move(node));
  }
  for (uint32_t slot : live) graph.outputs.push_back(base + static_cast<ir::NodeId>(slot));
  return graph;
}

std::string to_string(const trace::Tape& tape, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    const trace::Entry& entry = tape.entries()[i];
    const trace::Node& node = *entry.node;
    text +=
        format("%{}: {} = {}", i, lazuli::to_string(entry.value->type()), op::name_of(node.kind));
    const char* separator = " ";
    uint32_t word = entry.first_word;
    for (const trace::Wire& wire : node.wiring()) {
      text += separator;
      separator = ", ";
      switch (wire.kind) {
        case trace::Wire::Kind::slot:
          text += format("%{}", wire.index);
          break;
        case trace::Wire::Kind::parameter:
          text += format("p{}", wire.index);
          break;
        case trace::Wire::Kind::number:
          text += format("<{}>",
                         lazuli::to_string(Scalar::from_word(wire.dtype, tape.words()[word++])));
          break;
        case trace::Wire::Kind::constant:
          text += lazuli::to_string(Scalar::from_word(wire.dtype, wire.bits));
          break;
      }
    }
    for (int j = 0; j < node.attribute_count; ++j) {
      text += format("{}{}", j ? ", " : " {", node.attributes[j]);
    }
    if (node.attribute_count) text += "}";
    for (int j = 0; j < node.offset_count; ++j) text += format(" at <{}>", tape.words()[word++]);
    text += format("  # {}\n", lazuli::to_string(entry.at));
  }
  return text;
}

}  // namespace lazuli::exec
