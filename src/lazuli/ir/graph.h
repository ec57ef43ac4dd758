// The operations of one evaluation as a graph of values, for this one set of sizes: what is
// scheduled on a miss. Numbers and offsets are not in it but named by their place among the
// launch's words, so a plan serves every value of them. Knows nothing of tapes, kernels or memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lazuli/base/small_vector.h"
#include "lazuli/core/layout.h"
#include "lazuli/op/op.h"

namespace lazuli::ir {

using NodeId = int32_t;
inline constexpr NodeId kNoNode = -1;
inline constexpr uint32_t kNoWord = ~0u;

struct Operand {
  enum class Kind : uint8_t {
    node,     // the result of another node
    word,     // a number: word `word` of the launch, as kernels take those of `dtype`
    constant  // structure: `bits`, such a word
  };
  Kind kind = Kind::node;
  DType dtype = DType::f32;
  NodeId node = kNoNode;
  uint32_t word = kNoWord;
  uint64_t bits = 0;
  friend bool operator==(const Operand&, const Operand&) = default;
};

struct Node {
  bool is_parameter = false;
  op::OpKind kind{};  // of an operation
  TensorType type;
  SmallVector<Operand, 3> operands;
  SmallVector<int64_t, 4> attributes;
  SmallVector<int64_t, 4> sizes;
  SmallVector<uint32_t, 1> offsets;  // words that hold them
  // A parameter: its number, where its elements lie, and the word that holds the offset of its
  // first element in its buffer (kNoWord: 0). Parameters with equal `memory` share a buffer.
  uint32_t parameter = 0;
  Dims strides;
  uint32_t offset_word = kNoWord;
  uint32_t memory = 0;
  // The tape's entry that it came from: names the source line in errors. Parameters: undefined.
  uint32_t entry = 0;
};

// Nodes in an order in which operands come first.
struct Graph {
  std::vector<Node> nodes;
  std::vector<NodeId> outputs;  // to be in memory afterwards, each once
};

// One line a node: "%3: f32[2, 3] = add %0, %1, 1  # entry 3".
std::string to_string(const Graph& graph);
// Throws InternalError with the node at fault: operands first, types as op::infer says, argument
// counts as the traits say.
void verify(const Graph& graph);

// Passes: each rewrites the graph in place and keeps the outputs' meaning to the bit.
void remove_dead(Graph& graph);
// Equal operations on equal operands become one; random ones stay apart, outputs stay distinct.
void merge_equal(Graph& graph);
// A gather from an elementwise result gathers that operation's operand instead, so that only what
// is taken is worked out: the other operands do not depend on the index along the gathered
// dimension.
void sink_gathers(Graph& graph);
// Exact identities (x * 1, a view of a view, a permutation undone, ...): readers of a node that
// equals another read that one instead. What nobody reads any more is left for remove_dead.
void simplify(Graph& graph);

}  // namespace lazuli::ir
