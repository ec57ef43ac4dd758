// A graph with the words and the memory that one launch of it gets, for tests. Knows nothing of
// how it is run.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/core/scalar.h"
#include "lazuli/ir/graph.h"

namespace lazuli::schedule {

// A tensor's elements in row-major order.
struct Array {
  TensorType type;
  std::vector<char> bytes;

  explicit Array(TensorType of = {})
      : type(std::move(of)), bytes(static_cast<size_t>(type.numel() * size_of(type.dtype))) {}
  // That at a row-major place.
  Scalar element(int64_t place) const;
  template <typename T>
  T* data() {
    return reinterpret_cast<T*>(bytes.data());
  }
  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(bytes.data());
  }
};

// The same bits, all NaNs being equal; else the place of the first element that differs, -1 for
// none.
int64_t first_difference(const Array& a, const Array& b);
// Element `place` as text.
std::string element_text(const Array& array, int64_t place);

struct GraphCase {
  ir::Graph graph;
  std::vector<uint64_t> words;
  std::vector<std::vector<char>> memories;  // by Node::memory
};

// Writes a case node by node. Types are inferred; entries count up.
class CaseBuilder {
 public:
  // A parameter in memory of its own, row-major. Elements are 0 until they are set.
  ir::NodeId parameter(const TensorType& type);
  // One at `layout` of memory `memory`; with `has_word`, the offset is a word (it must be 0
  // otherwise).
  ir::NodeId parameter(DType dtype, const Layout& layout, uint32_t memory, bool has_word);
  // New memory, filled with `byte`.
  uint32_t add_memory(int64_t bytes, char byte = 0);

  ir::Operand operand(ir::NodeId id) const;
  ir::Operand word(DType dtype, uint64_t bits);
  ir::Operand word(float value) { return word(kFloat32, Scalar(value).word_as(kFloat32)); }
  static ir::Operand constant(DType dtype, uint64_t bits);
  static ir::Operand constant(float value) {
    return constant(kFloat32, Scalar(value).word_as(kFloat32));
  }

  // Throws what inference throws. `offsets` are values; each becomes a word.
  ir::NodeId apply(op::OpKind kind, const std::vector<ir::Operand>& operands,
                   const std::vector<int64_t>& attributes = {},
                   const std::vector<int64_t>& sizes = {},
                   const std::vector<int64_t>& offsets = {});
  // Of tensors alone.
  ir::NodeId apply(op::OpKind kind, std::initializer_list<ir::NodeId> operands,
                   const std::vector<int64_t>& attributes = {},
                   const std::vector<int64_t>& sizes = {},
                   const std::vector<int64_t>& offsets = {});
  // The operation once more: the same operands, words and offsets.
  ir::NodeId repeat(ir::NodeId id);
  // a + b and a - b, alpha 1.
  ir::NodeId add(ir::NodeId a, ir::NodeId b);
  ir::NodeId sub(ir::NodeId a, ir::NodeId b);
  ir::NodeId reduce(op::OpKind kind, ir::NodeId a, std::vector<int64_t> dims, bool keepdim);
  void output(ir::NodeId id) { made.graph.outputs.push_back(id); }

  const TensorType& type_of(ir::NodeId id) const { return node(id).type; }
  const ir::Node& node(ir::NodeId id) const { return made.graph.nodes[static_cast<size_t>(id)]; }

  GraphCase made;

 private:
  ir::NodeId append(ir::Node node);

  uint32_t parameters_ = 0;
  uint32_t entries_ = 0;
};

}  // namespace lazuli::schedule
