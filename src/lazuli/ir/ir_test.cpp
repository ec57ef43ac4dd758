#include <gtest/gtest.h>

#include <bit>
#include <utility>

#include "lazuli/base/error.h"
#include "lazuli/ir/graph.h"

namespace lazuli::ir {
namespace {

using op::OpKind;

// Graphs written by hand; an operation's type is inferred.
class IrTest : public testing::Test {
 protected:
  NodeId parameter(TensorType type) {
    Node node;
    node.is_parameter = true;
    node.parameter = node.memory = parameters_++;
    node.strides = contiguous_strides(type.shape);
    node.type = std::move(type);
    return add(std::move(node));
  }

  Operand operand(NodeId id) const {
    return {.dtype = graph.nodes[static_cast<size_t>(id)].type.dtype, .node = id};
  }
  static Operand word(uint32_t number, DType dtype = kFloat32) {
    return {.kind = Operand::Kind::word, .dtype = dtype, .word = number};
  }
  static Operand constant(float value) {
    return {.kind = Operand::Kind::constant, .bits = std::bit_cast<uint32_t>(value)};
  }

  NodeId apply(OpKind kind, std::vector<Operand> operands, std::vector<int64_t> attributes = {},
               std::vector<int64_t> sizes = {}, std::vector<uint32_t> offsets = {}) {
    Node node;
    node.kind = kind;
    node.operands = SmallVector<Operand, 3>(operands);
    node.attributes = SmallVector<int64_t, 4>(attributes);
    node.sizes = SmallVector<int64_t, 4>(sizes);
    node.offsets = SmallVector<uint32_t, 1>(offsets);
    node.entry = entries_++;
    std::vector<TensorType> types;
    for (const Operand& each : operands) {
      types.push_back(each.kind == Operand::Kind::node
                          ? graph.nodes[static_cast<size_t>(each.node)].type
                          : TensorType{each.dtype, {}});
    }
    node.type = op::infer({kind, types, attributes, sizes});
    return add(std::move(node));
  }
  NodeId apply(OpKind kind, NodeId a) { return apply(kind, {operand(a)}); }
  NodeId mul(NodeId a, NodeId b) { return apply(OpKind::mul, {operand(a), operand(b)}); }
  NodeId view(NodeId a, std::vector<int64_t> shape) {
    return apply(OpKind::view, {operand(a)}, {}, std::move(shape));
  }
  NodeId permute(NodeId a, std::vector<int64_t> order) {
    return apply(OpKind::permute, {operand(a)}, std::move(order));
  }

  void output(NodeId id) { graph.outputs.push_back(id); }

  // The graph after the pass, as text; it verifies.
  std::string after(void (*pass)(Graph&)) {
    pass(graph);
    verify(graph);
    return to_string(graph);
  }

  Graph graph;

 private:
  NodeId add(Node node) {
    graph.nodes.push_back(std::move(node));
    return static_cast<NodeId>(graph.nodes.size() - 1);
  }

  uint32_t parameters_ = 0;
  uint32_t entries_ = 0;
};

void simplify_all(Graph& graph) {
  simplify(graph);
  remove_dead(graph);
}

TEST_F(IrTest, PrintsOneLineANode) {
  const NodeId x = parameter({kFloat32, {2, 3}});
  const NodeId y = parameter({kFloat32, {2, 3}});
  graph.nodes[1].strides = {1, 2};
  graph.nodes[1].offset_word = 4;
  const NodeId sum = apply(OpKind::add, {operand(x), operand(y), constant(1)});
  output(apply(OpKind::narrow, {operand(sum)}, {1}, {2}, {5}));
  output(apply(OpKind::fill, {word(0)}, {}, {2, 2}));
  verify(graph);
  EXPECT_EQ(to_string(graph),
            "%0: f32[2, 3] = parameter 0 in memory 0\n"
            "%1: f32[2, 3] = parameter 1 in memory 1 strides [1, 2] at w4\n"
            "%2: f32[2, 3] = add %0, %1, 1  # entry 0\n"
            "%3: f32[2, 2] = narrow %2 {1} [2] at w5  # entry 1\n"
            "%4: f32[2, 2] = fill w0 [2, 2]  # entry 2\n"
            "outputs: %3, %4\n");
}

// What verify reports, from the text between the assertion and the node's line.
std::string fault_of(const Graph& graph) {
  try {
    verify(graph);
  } catch (const InternalError& error) {
    return error.what();
  }
  return "none";
}

TEST_F(IrTest, VerifyNamesTheNodeAtFault) {
  const NodeId x = parameter({kFloat32, {2, 3}});
  const NodeId y = apply(OpKind::neg, x);
  const NodeId z = apply(OpKind::exp, y);
  output(z);
  EXPECT_EQ(fault_of(graph), "none");
  const Graph good = graph;
  const auto expect = [&](const char* what) {
    const std::string fault = fault_of(graph);
    EXPECT_NE(fault.find(what), std::string::npos) << fault;
    graph = good;
  };
  std::swap(graph.nodes[1], graph.nodes[2]);
  expect("operand %1 does not come before\n  %1: f32[2, 3] = exp %1  # entry 1");
  graph.nodes[2].type.shape[0] = 3;
  expect("the type is f32[2, 3]\n  %2: f32[3, 3] = exp %1  # entry 1");
  graph.nodes[2].operands.push_back(operand(x));
  expect("2 operands, not 1");
  graph.nodes[2].attributes.push_back(0);
  expect("1 attributes, not 0");
  graph.nodes[2].operands[0].dtype = kInt64;
  expect("operand %1 is f32, not i64");
  graph.nodes[2].operands[0] = word(kNoWord);
  expect("a number names no word");
  graph.nodes[0].strides = {1};
  expect("1 strides, rank 2");
  graph.outputs.push_back(z);
  expect("an output comes twice");
  graph.outputs.push_back(3);
  expect("output %3 of 3 nodes");
}

TEST_F(IrTest, VerifyRepeatsWhatInferenceSays) {
  const NodeId x = parameter({kFloat32, {2, 3}});
  output(view(x, {6}));
  graph.nodes[1].sizes[0] = 5;
  EXPECT_NE(fault_of(graph).find("%1: f32[6] = view %0 [5]"), std::string::npos);
}

TEST_F(IrTest, RemovesWhatNoOutputNeeds) {
  const NodeId x = parameter({kFloat32, {4}});
  const NodeId unused = parameter({kFloat32, {4}});
  mul(unused, unused);
  const NodeId y = parameter({kFloat32, {4}});
  const NodeId z = mul(x, y);
  apply(OpKind::exp, z);
  output(apply(OpKind::neg, z));
  EXPECT_EQ(after(remove_dead),
            "%0: f32[4] = parameter 0 in memory 0\n"
            "%1: f32[4] = parameter 2 in memory 2\n"
            "%2: f32[4] = mul %0, %1  # entry 1\n"
            "%3: f32[4] = neg %2  # entry 3\n"
            "outputs: %3\n");
}

TEST_F(IrTest, MergesEqualOperations) {
  const NodeId x = parameter({kFloat32, {4}});
  const NodeId a = apply(OpKind::exp, apply(OpKind::neg, x));
  const NodeId b = apply(OpKind::exp, apply(OpKind::neg, x));
  output(mul(a, b));
  EXPECT_EQ(after(merge_equal),
            "%0: f32[4] = parameter 0 in memory 0\n"
            "%1: f32[4] = neg %0  # entry 0\n"
            "%2: f32[4] = exp %1  # entry 1\n"
            "%3: f32[4] = mul %2, %2  # entry 4\n"
            "outputs: %3\n");
}

TEST_F(IrTest, NumbersAreEqualByWordAndByBits) {
  const NodeId x = parameter({kFloat32, {4}});
  for (const Operand& number :
       {word(0), word(1), word(0), constant(0.0f), constant(-0.0f), constant(0.0f)}) {
    output(apply(OpKind::neg, apply(OpKind::mul, {operand(x), number})));
  }
  merge_equal(graph);
  verify(graph);
  // One mul for each number, and every output for itself.
  EXPECT_EQ(graph.nodes.size(), 1u + 4 + 6);
}

TEST_F(IrTest, OffsetsAndSizesTellOperationsApart) {
  const NodeId x = parameter({kFloat32, {4, 4}});
  const auto narrow = [&](int64_t dim, int64_t length, uint32_t at) {
    return apply(OpKind::neg, apply(OpKind::narrow, {operand(x)}, {dim}, {length}, {at}));
  };
  narrow(0, 2, 0), narrow(0, 2, 1), narrow(0, 3, 0), narrow(1, 2, 0), narrow(0, 2, 0);
  merge_equal(graph);
  EXPECT_EQ(graph.nodes.size(), 1u + 4 + 4);
}

TEST_F(IrTest, RandomNumbersAndOutputsStayApart) {
  const std::vector<Operand> key = {word(0, kInt64), word(1, kInt64)};
  const std::vector<int64_t> dtype = {static_cast<int64_t>(kFloat32)};
  const NodeId a = apply(OpKind::rand, key, dtype, {4});
  const NodeId b = apply(OpKind::rand, key, dtype, {4});
  const NodeId c = apply(OpKind::neg, a);
  const NodeId d = apply(OpKind::neg, a);
  const NodeId e = apply(OpKind::neg, a);
  output(e);
  output(d);
  const NodeId f = mul(b, c);
  output(mul(f, mul(d, e)));
  EXPECT_EQ(after(merge_equal),
            "%0: f32[4] = rand w0, w1 {8} [4]  # entry 0\n"
            "%1: f32[4] = rand w0, w1 {8} [4]  # entry 1\n"
            "%2: f32[4] = neg %0  # entry 2\n"
            "%3: f32[4] = neg %0  # entry 4\n"
            "%4: f32[4] = mul %1, %2  # entry 5\n"
            "%5: f32[4] = mul %2, %2  # entry 6\n"
            "%6: f32[4] = mul %4, %5  # entry 7\n"
            "outputs: %3, %2, %6\n");
}

TEST_F(IrTest, ParametersAreEqualByNumber) {
  const NodeId a = parameter({kFloat32, {4}});
  const NodeId b = parameter({kFloat32, {4}});
  const NodeId c = parameter({kFloat32, {4}});
  graph.nodes[1].memory = 0;
  graph.nodes[2].parameter = 0;
  output(mul(mul(a, b), c));
  merge_equal(graph);
  EXPECT_EQ(graph.nodes.size(), 4u);
}

TEST_F(IrTest, SimplifiesViews) {
  const NodeId x = parameter({kFloat32, {2, 3, 4}});
  NodeId y = view(view(x, {6, 4}), {24});
  y = view(view(y, {2, 12}), {2, 3, 4});                   // x again
  y = permute(permute(y, {2, 0, 1}), {1, 2, 0});           // and again
  y = apply(OpKind::narrow, {operand(y)}, {1}, {3}, {0});  // all of it
  y = apply(OpKind::expand, {operand(y)}, {}, {2, 3, 4});
  y = apply(OpKind::to, {operand(y)}, {static_cast<int>(kFloat32)});
  output(apply(OpKind::neg, y));
  output(view(view(x, {6, 4}), {24}));
  output(permute(permute(x, {1, 0, 2}), {0, 2, 1}));
  EXPECT_EQ(after(simplify_all),
            "%0: f32[2, 3, 4] = parameter 0 in memory 0\n"
            "%1: f32[2, 3, 4] = neg %0  # entry 9\n"
            "%2: f32[24] = view %0 [24]  # entry 11\n"
            "%3: f32[3, 4, 2] = permute %0 {1, 2, 0}  # entry 13\n"
            "outputs: %1, %2, %3\n");
}

TEST_F(IrTest, SimplifiesArithmetic) {
  const NodeId x = parameter({kFloat32, {4}});
  const NodeId row = parameter({kFloat32, {1}});
  NodeId y = apply(OpKind::mul, {operand(x), constant(1)});
  y = apply(OpKind::mul, {constant(1), operand(y)});
  y = apply(OpKind::div, {operand(y), constant(1)});
  y = apply(OpKind::neg, apply(OpKind::neg, y));
  y = apply(OpKind::narrow_write, {operand(row), operand(row)}, {0}, {}, {0});
  output(mul(x, y));
  output(apply(OpKind::div, {constant(1), operand(x)}));
  output(apply(OpKind::mul, {operand(x), constant(-1)}));
  EXPECT_EQ(after(simplify_all),
            "%0: f32[4] = parameter 0 in memory 0\n"
            "%1: f32[1] = parameter 1 in memory 1\n"
            "%2: f32[4] = mul %0, %1  # entry 6\n"
            "%3: f32[4] = div 1, %0  # entry 7\n"
            "%4: f32[4] = mul %0, -1  # entry 8\n"
            "outputs: %2, %3, %4\n");
}

TEST_F(IrTest, SimplifyKeepsTheMemoryOfOutputsApart) {
  const NodeId x = parameter({kFloat32, {2, 2}});
  const auto times_one = [&](NodeId a) { return apply(OpKind::mul, {operand(a), constant(1)}); };
  output(times_one(x));                   // not the parameter
  output(times_one(permute(x, {1, 0})));  // not a view of it
  const NodeId y = apply(OpKind::exp, x);
  output(times_one(y));     // exp itself
  output(times_one(y));     // for itself
  output(view(x, {2, 2}));  // a view of the parameter, under its own name
  EXPECT_EQ(after(simplify_all),
            "%0: f32[2, 2] = parameter 0 in memory 0\n"
            "%1: f32[2, 2] = mul %0, 1  # entry 0\n"
            "%2: f32[2, 2] = permute %0 {1, 0}  # entry 1\n"
            "%3: f32[2, 2] = mul %2, 1  # entry 2\n"
            "%4: f32[2, 2] = exp %0  # entry 3\n"
            "%5: f32[2, 2] = mul %4, 1  # entry 5\n"
            "%6: f32[2, 2] = view %0 [2, 2]  # entry 6\n"
            "outputs: %1, %3, %4, %5, %6\n");
}

TEST_F(IrTest, AGatherSinksToWhatVariesAlongItsDimension) {
  const NodeId x = parameter({kFloat32, {8, 5}});
  const NodeId index = parameter({kInt64, {8, 1}});
  const NodeId row = apply(OpKind::amax, {operand(x)}, {1, 1});
  const NodeId shifted = apply(OpKind::sub, {operand(x), operand(row), constant(1)});
  const NodeId big = apply(OpKind::lt, {word(0), operand(shifted)});
  output(shifted);
  output(apply(OpKind::gather, {operand(big), operand(index)}, {1}));
  EXPECT_EQ(after(+[](Graph& graph) {
              sink_gathers(graph);
              remove_dead(graph);
            }),
            "%0: f32[8, 5] = parameter 0 in memory 0\n"
            "%1: i64[8, 1] = parameter 1 in memory 1\n"
            "%2: f32[8, 1] = amax %0 {1, 1}  # entry 0\n"
            "%3: f32[8, 5] = sub %0, %2, 1  # entry 1\n"
            "%4: f32[8, 1] = gather %0, %1 {1}  # entry 3\n"
            "%5: f32[8, 1] = sub %4, %2, 1  # entry 1\n"
            "%6: bool[8, 1] = lt w0, %5  # entry 2\n"
            "outputs: %3, %6\n");
}

TEST_F(IrTest, AGatherStaysWhereSinkingGainsNothing) {
  const NodeId x = parameter({kFloat32, {8, 5}});
  const NodeId y = parameter({kFloat32, {8, 5}});
  const NodeId index = parameter({kInt64, {8, 1}});
  const NodeId few = parameter({kInt64, {3, 2}});
  const auto gather = [&](NodeId from, NodeId which) {
    output(apply(OpKind::gather, {operand(from), operand(which)}, {1}));
  };
  gather(mul(x, y), index);            // two operands vary
  gather(apply(OpKind::neg, x), few);  // of other rows than the operand's
  const NodeId turned = permute(parameter({kFloat32, {5, 8}}), {1, 0});
  const NodeId tops = apply(OpKind::amax, {operand(parameter({kFloat32, {8, 5, 2}}))}, {0, 2});
  const NodeId stored = apply(OpKind::exp, tops);
  output(stored);  // while tops need not be
  gather(stored, index);
  const std::string before = to_string(graph);
  EXPECT_EQ(after(sink_gathers), before);
  gather(apply(OpKind::neg, turned), index);
  EXPECT_NE(after(sink_gathers).find("gather %" + std::to_string(turned)), std::string::npos);
}

}  // namespace
}  // namespace lazuli::ir
