#include "lazuli/schedule/graph_case.h"

#include <cstring>

#include "lazuli/base/check.h"
#include "lazuli/core/elements.h"

namespace lazuli::schedule {

using ir::Node;
using ir::NodeId;
using ir::Operand;

int64_t first_difference(const Array& a, const Array& b) {
  LZ_ASSERT(a.type == b.type, "{} and {}", to_string(a.type), to_string(b.type));
  return lazuli::first_difference(a.type.dtype, a.bytes.data(), b.bytes.data(), a.type.numel());
}

Scalar Array::element(int64_t place) const {
  const auto size = static_cast<size_t>(size_of(type.dtype));
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data() + static_cast<size_t>(place) * size, size);
  return Scalar::from_bits(type.dtype, bits);
}

std::string element_text(const Array& array, int64_t place) {
  const Scalar value = array.element(place);
  return format("{} ({:#x})", to_string(value), value.bits_as(array.type.dtype));
}

NodeId CaseBuilder::append(Node node) {
  made.graph.nodes.push_back(std::move(node));
  return static_cast<NodeId>(made.graph.nodes.size() - 1);
}

uint32_t CaseBuilder::add_memory(int64_t bytes, char byte) {
  made.memories.emplace_back(static_cast<size_t>(bytes), byte);
  return static_cast<uint32_t>(made.memories.size() - 1);
}

NodeId CaseBuilder::parameter(const TensorType& type) {
  const uint32_t memory = add_memory(type.numel() * size_of(type.dtype));
  return parameter(type.dtype, contiguous(type.shape), memory, false);
}

NodeId CaseBuilder::parameter(DType dtype, const Layout& layout, uint32_t memory, bool has_word) {
  const auto [low, high] = touched_range(layout);
  LZ_ASSERT(low == high || (low >= 0 && high * size_of(dtype) <=
                                            static_cast<int64_t>(made.memories[memory].size())),
            "{} leaves its memory", to_string(layout));
  LZ_ASSERT(has_word || layout.offset == 0, "an offset without a word");
  Node node;
  node.is_parameter = true;
  node.type = {dtype, layout.shape};
  node.parameter = parameters_++;
  node.strides = layout.strides;
  node.memory = memory;
  if (has_word) node.offset_word = word(kInt64, static_cast<uint64_t>(layout.offset)).word;
  return append(std::move(node));
}

Operand CaseBuilder::operand(NodeId id) const { return {.dtype = type_of(id).dtype, .node = id}; }

Operand CaseBuilder::word(DType dtype, uint64_t bits) {
  made.words.push_back(bits);
  return {.kind = Operand::Kind::word,
          .dtype = dtype,
          .word = static_cast<uint32_t>(made.words.size() - 1)};
}

Operand CaseBuilder::constant(DType dtype, uint64_t bits) {
  return {.kind = Operand::Kind::constant, .dtype = dtype, .bits = bits};
}

NodeId CaseBuilder::apply(op::OpKind kind, const std::vector<Operand>& operands,
                          const std::vector<int64_t>& attributes, const std::vector<int64_t>& sizes,
                          const std::vector<int64_t>& offsets) {
  Node node;
  node.kind = kind;
  std::vector<TensorType> types;
  for (const Operand& each : operands) {
    const bool is_node = each.kind == Operand::Kind::node;
    types.push_back(is_node ? type_of(each.node) : TensorType{each.dtype, {}});
    node.operands.push_back(each);
  }
  node.type = op::infer({kind, types, attributes, sizes});
  node.attributes = SmallVector<int64_t, 4>(attributes);
  node.sizes = SmallVector<int64_t, 4>(sizes);
  for (const int64_t offset : offsets) {
    node.offsets.push_back(word(kInt64, static_cast<uint64_t>(offset)).word);
  }
  node.entry = entries_++;
  return append(std::move(node));
}

NodeId CaseBuilder::apply(op::OpKind kind, std::initializer_list<NodeId> operands,
                          const std::vector<int64_t>& attributes, const std::vector<int64_t>& sizes,
                          const std::vector<int64_t>& offsets) {
  std::vector<Operand> list;
  for (const NodeId id : operands) list.push_back(operand(id));
  return apply(kind, list, attributes, sizes, offsets);
}

NodeId CaseBuilder::repeat(NodeId id) {
  Node copy = node(id);
  copy.entry = entries_++;
  return append(std::move(copy));
}

NodeId CaseBuilder::add(NodeId a, NodeId b) {
  const DType dtype = type_of(a).dtype;
  return apply(op::OpKind::add,
               {operand(a), operand(b), constant(dtype, Scalar(1).word_as(dtype))});
}

NodeId CaseBuilder::sub(NodeId a, NodeId b) {
  const DType dtype = type_of(a).dtype;
  return apply(op::OpKind::sub,
               {operand(a), operand(b), constant(dtype, Scalar(1).word_as(dtype))});
}

NodeId CaseBuilder::reduce(op::OpKind kind, NodeId a, std::vector<int64_t> dims, bool keepdim) {
  dims.insert(dims.begin(), keepdim);
  return apply(kind, {a}, dims);
}

}  // namespace lazuli::schedule
