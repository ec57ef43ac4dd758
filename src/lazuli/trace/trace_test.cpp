// Tapes: what they record, and what stays when they are evaluated in part.
#include <gtest/gtest.h>

#include <set>

#include "lazuli/base/error.h"
#include "lazuli/trace/recording_case.h"

namespace lazuli::trace {
namespace {

using metrics::Counter;
using op::OpKind;

class TapeTest : public testing::Test {
 protected:
  // The node that a program ends at; the tape is empty afterwards.
  template <typename Program>
  Node* end_of(const Program& program) {
    program();
    Node* end = here.tape.cursor();
    here.evaluate();
    return end;
  }

  Trie trie;
  Recording here{trie};
  Ref<Value> a = make_data({4, 4});
  Ref<Value> b = make_data({4, 4});
};

TEST_F(TapeTest, ARepeatedProgramMakesNoNodesAndInfersNoTypes) {
  record_random(here, 1, {a, b}, 500, 4);
  Node* end = here.tape.cursor();
  here.evaluate();
  const Counted nodes(Counter::trie_nodes_made);
  const Counted inferred(Counter::types_inferred);
  for (int i = 0; i < 3; ++i) {
    record_random(here, 1, {a, b}, 500, 4);
    EXPECT_EQ(here.tape.cursor(), end);
    here.evaluate();
  }
  EXPECT_EQ(nodes(), 0u);
  EXPECT_EQ(inferred(), 0u);
}

TEST_F(TapeTest, TheSameCallsWiredOtherwiseReachOtherNodes) {
  const auto difference = [&](bool swaps) {
    const Ref<Value> first = here.sub(a, b);
    const Ref<Value> second = swaps ? here.sub(b, a) : here.sub(a, b);
    here.sub(first, second);
  };
  Node* crossed = end_of([&] { difference(true); });
  Node* straight = end_of([&] { difference(false); });
  EXPECT_NE(crossed, straight);
  EXPECT_EQ(crossed, end_of([&] { difference(true); }));
  EXPECT_EQ(straight, end_of([&] { difference(false); }));
}

TEST_F(TapeTest, ResultsAndParametersAreWiredApart) {
  const auto negate = [&](bool result) {
    const Ref<Value> first = here.neg(a);
    here.neg(result ? first : a);
  };
  EXPECT_NE(end_of([&] { negate(true); }), end_of([&] { negate(false); }));
}

TEST_F(TapeTest, NumbersDoNotTellTracesApartButConstantsDo) {
  const auto scaled = [&](CallOperand alpha) {
    return end_of([&] { here.record(OpKind::add, {operand_of(a), operand_of(b), alpha}); });
  };
  EXPECT_EQ(scaled(number(2)), scaled(number(3)));
  EXPECT_NE(scaled(number(2)), scaled(constant(2)));
  EXPECT_NE(scaled(constant(2)), scaled(constant(3)));
  EXPECT_EQ(scaled(constant(2)), scaled(constant(2)));
}

TEST_F(TapeTest, NumbersThenOffsetsAreTheWordsAndSizesStandBeside) {
  here.add(a, b, 2.5f);
  here.narrow(a, 1, 3, 1);
  here.narrow(b, 0, 1, 2);
  EXPECT_EQ(here.tape.words(), (std::vector<uint64_t>{std::bit_cast<uint32_t>(2.5f), 3, 1}));
  EXPECT_EQ(here.tape.sizes(), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(here.tape.entries()[2].first_word, 2u);
  EXPECT_EQ(here.tape.entries()[2].first_size, 1u);
}

TEST_F(TapeTest, SizesAndOffsetsDoNotTellTracesApartButDimensionsDo) {
  const auto narrowed = [&](int64_t dim, int64_t start, int64_t length) {
    return end_of([&] {
      const Ref<Value> result = here.narrow(a, dim, start, length);
      Shape shape = {4, 4};
      shape[static_cast<int>(dim)] = length;
      EXPECT_EQ(result->type().shape, shape);
    });
  };
  EXPECT_EQ(narrowed(0, 0, 1), narrowed(0, 1, 3));
  EXPECT_NE(narrowed(0, 0, 1), narrowed(1, 0, 1));
}

TEST_F(TapeTest, ParametersAreNumberedByFirstUse) {
  here.add(b, a);
  here.add(a, b);
  EXPECT_EQ(here.tape.parameters(), (std::vector<Ref<Value>>{b, a}));
  EXPECT_EQ(here.tape.entries()[1].node->wires[0].index, 1u);
}

TEST_F(TapeTest, AParameterKeepsItsNumberWhenAnotherTapeUsesItToo) {
  Recording there(trie);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3; ++i) {
      here.add(a, b);
      there.add(b, a);
      here.neg(b);
    }
    EXPECT_EQ(here.tape.parameters(), (std::vector<Ref<Value>>{a, b}));
    EXPECT_EQ(there.tape.parameters(), (std::vector<Ref<Value>>{b, a}));
    here.evaluate();
    if (round == 1) there.evaluate();
  }
}

TEST_F(TapeTest, AnOperandOfAnotherTapeIsRefusedAndNothingChanges) {
  Recording there(trie);
  const Ref<Value> pending = there.neg(a);
  EXPECT_FALSE(here.add(b, pending));
  EXPECT_EQ(here.recorded, Recorded::other_tape);
  EXPECT_TRUE(here.tape.empty());
  EXPECT_TRUE(here.tape.parameters().empty());
  there.evaluate();
  EXPECT_TRUE(here.add(b, pending));
  EXPECT_EQ(here.tape.parameters(), (std::vector<Ref<Value>>{b, pending}));
}

TEST_F(TapeTest, ACallersMistakeLeavesTheTapeAsItWas) {
  const Ref<Value> narrow = make_data({3, 4});
  const Ref<Value> vector = make_data({4});
  here.add(a, b);
  Node* cursor = here.tape.cursor();
  EXPECT_THROW(here.mm(vector, narrow), ValueError);
  EXPECT_THROW(here.mm(a, narrow), ValueError);
  EXPECT_THROW(here.record(OpKind::exp, {operand_of(make_data({2}, kInt64))}), TypeError);
  EXPECT_THROW(here.narrow(a, 0, 0, 5), ValueError);
  EXPECT_EQ(here.tape.cursor(), cursor);
  EXPECT_EQ(here.tape.entries().size(), 1u);
  EXPECT_EQ(here.tape.parameters(), (std::vector<Ref<Value>>{a, b}));
  EXPECT_TRUE(here.tape.sizes().empty());
  here.mm(narrow, a);
  here.neg(vector);
  EXPECT_EQ(here.tape.parameters(), (std::vector<Ref<Value>>{a, b, narrow, vector}));
}

TEST_F(TapeTest, SameCallOnOtherTypesInfersWithoutANewNode) {
  here.add(a, b);
  here.evaluate();
  const Counted nodes(Counter::trie_nodes_made);
  const Counted inferred(Counter::types_inferred);
  const Ref<Value> row = make_data({1, 4});
  EXPECT_EQ(here.add(row, a)->type().shape, (Shape{4, 4}));
  here.evaluate();
  EXPECT_EQ(here.add(row, make_data({1, 4}))->type().shape, (Shape{1, 4}));
  here.evaluate();
  EXPECT_EQ(here.add(a, b)->type().shape, (Shape{4, 4}));
  EXPECT_EQ(nodes(), 0u);
  EXPECT_EQ(inferred(), 2u);
}

TEST_F(TapeTest, ANodeRemembersTheLastEightTypes) {
  std::vector<Ref<Value>> data;
  for (int64_t i = 0; i < 20; ++i) data.push_back(make_data({i + 100, 3}));
  for (int round = 0; round < 3; ++round) {
    for (const Ref<Value>& value : data) {
      EXPECT_EQ(here.neg(value)->type(), value->type());
      here.evaluate();
    }
    const Counted inferred(Counter::types_inferred);
    for (size_t i = 12; i < 20; ++i) {
      EXPECT_EQ(here.neg(data[i])->type(), data[i]->type());
      here.evaluate();
    }
    EXPECT_EQ(inferred(), 0u);
    EXPECT_EQ(here.neg(data[0])->type(), data[0]->type());
    here.evaluate();
    EXPECT_EQ(inferred(), 1u);
  }
}

TEST_F(TapeTest, CallsOfManyOperandsAreToldApartByAllTheirTypes) {
  for (const size_t count : {5u, 9u, 300u}) {
    std::vector<Ref<Value>> values;
    for (size_t i = 0; i < count; ++i) values.push_back(i % 2 ? a : b);
    const auto rows = static_cast<int64_t>(4 * count);
    EXPECT_EQ(here.cat(values, 0)->type().shape, (Shape{rows, 4}));
    EXPECT_EQ(here.tape.entries().back().node->wiring().size(), count);
    here.evaluate();
    const Counted nodes(Counter::trie_nodes_made);
    const Counted inferred(Counter::types_inferred);
    here.cat(values, 0);
    here.evaluate();
    EXPECT_EQ(nodes(), 0u);
    EXPECT_EQ(inferred(), 0u);
    values.back() = make_data({7, 4});
    EXPECT_EQ(here.cat(values, 0)->type().shape, (Shape{rows + 3, 4}));
    here.evaluate();
  }
}

struct Description {
  OpKind kind;
  std::vector<const Value*> values;
  std::vector<uint64_t> words;
  std::vector<int64_t> sizes, attributes;
  uint32_t line;
  const Value* value;
  friend bool operator==(const Description&, const Description&) = default;
};

std::vector<Description> describe(const Tape& tape) {
  std::vector<Description> result;
  for (const Entry& entry : tape.entries()) {
    const Node& node = *entry.node;
    Description each{node.kind, {}, {}, {}, {}, entry.at.line, entry.value.get()};
    size_t word = entry.first_word;
    for (const Wire& wire : node.wiring()) {
      if (wire.kind == Wire::Kind::slot) {
        each.values.push_back(tape.entries()[wire.index].value.get());
      } else if (wire.kind == Wire::Kind::parameter) {
        each.values.push_back(tape.parameters()[wire.index].get());
      } else {
        const bool is_number = wire.kind == Wire::Kind::number;
        each.words.push_back(is_number ? tape.words()[word++] : wire.bits);
      }
    }
    for (int i = 0; i < node.offset_count; ++i) each.words.push_back(tape.words()[word++]);
    for (size_t i = 0; i < node.size_count; ++i) {
      each.sizes.push_back(tape.sizes()[entry.first_size + i]);
    }
    each.attributes.assign(node.attributes, node.attributes + node.attribute_count);
    result.push_back(each);
  }
  return result;
}

TEST_F(TapeTest, APrefixGoesAndTheRestStaysWithNumbersOffsetsSizesLinesAndValues) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    record_random(here, seed, {a, b}, 60, 4);
    std::vector<Description> before = describe(here.tape);
    const size_t count = seed * 17 % (before.size() + 1);
    std::vector<Ref<Value>> kept;  // so that no address comes back
    for (const Entry& entry : here.tape.entries()) kept.push_back(entry.value);
    here.evaluate(count);
    before.erase(before.begin(), before.begin() + static_cast<ptrdiff_t>(count));
    ASSERT_EQ(describe(here.tape), before);
    for (size_t i = 0; i < here.tape.entries().size(); ++i) {
      const Value& value = *here.tape.entries()[i].value;
      ASSERT_EQ(value.tape(), &here.tape);
      ASSERT_EQ(value.slot(), i);
    }
    here.evaluate();
    for (const Ref<Value>& value : kept) ASSERT_EQ(value->tape(), nullptr);
  }
}

class FakeHolder : public Holder {
 public:
  void retain_holder() const noexcept override { ++references; }
  void release_holder() const noexcept override { --references; }
  uint32_t holder_references() const noexcept override { return static_cast<uint32_t>(references); }
  const Value& held() const override { return *value; }
  void restore(Ref<Value> before) override { value = std::move(before); }
  mutable int references = 0;
  Ref<Value> value;
};

TEST_F(TapeTest, WhatWritesReplacedFollowsTheirEntries) {
  FakeHolder first;
  FakeHolder second;
  const Ref<Value> kept = here.neg(a);
  here.tape.replaced.emplace_back(first, a, 0);
  here.neg(b);
  const Ref<Value> third = here.neg(kept);
  here.tape.replaced.emplace_back(second, b, 2);
  here.evaluate(2);
  ASSERT_EQ(here.tape.replaced.size(), 1u);
  EXPECT_EQ(&here.tape.replaced[0].holder(), &second);
  EXPECT_EQ(here.tape.replaced[0].slots[0], third->slot());
  EXPECT_EQ(first.references, 0);
  EXPECT_EQ(second.references, 1);
  here.evaluate();
  EXPECT_EQ(second.references, 0);
}

TEST_F(TapeTest, ACutIsDueAfterManyEntriesOrBytes) {
  Ref<Value> value = a;
  for (int i = 1; i < 4096; ++i) {
    value = here.neg(value);
    ASSERT_EQ(here.recorded, Recorded::done) << i;
  }
  here.neg(value);
  EXPECT_EQ(here.recorded, Recorded::cut_due);
  here.evaluate();
  const auto fill = [&] { return here.record(OpKind::fill, {number(0)}, {}, {1 << 15, 1 << 14}); };
  fill();
  EXPECT_EQ(here.recorded, Recorded::done);
  const Ref<Value> large = fill();
  EXPECT_EQ(here.recorded, Recorded::cut_due);
  here.tape.drop_prefix(2);
  here.neg(a);
  EXPECT_EQ(here.recorded, Recorded::done);
}

TEST_F(TapeTest, ALoopWithoutMarksSettlesOnOneTrace) {
  std::set<Node*> ends;
  std::vector<Node*> cuts;
  Ref<Value> state = a;
  for (int i = 0; i < 23; ++i) state = here.mm(state, b);
  while (cuts.size() < 12) {
    for (int i = 0; i < 137 && cuts.size() < 12; ++i) {
      state = i % 3 == 0 ? here.add(state, b, 0.5f) : here.neg(state);
      if (here.recorded != Recorded::cut_due) continue;
      const size_t count = here.tape.choose_cut();
      cuts.push_back(here.tape.entries()[count - 1].node);
      here.evaluate(count);
    }
  }
  ends.insert(cuts.begin(), cuts.end());
  EXPECT_LE(ends.size(), 3u);
  for (size_t i = 3; i < cuts.size(); ++i) EXPECT_EQ(cuts[i], cuts[2]);
}

TEST(Value, KnowsHowItLies) {
  const Ref<Value> plain = make_data({2, 3});
  EXPECT_TRUE(plain->is_plain());
  EXPECT_EQ(plain->layout(), contiguous({2, 3}));
  const Layout turned = permuted(contiguous({3, 2}), {1, 0});
  const Ref<Value> strided =
      Value::of_buffer({kFloat32, {2, 3}}, turned, runtime::Buffer::allocated(24));
  EXPECT_FALSE(strided->is_plain());
  EXPECT_EQ(strided->layout(), turned);
  EXPECT_EQ(strided->type_id(), plain->type_id());
}

}  // namespace
}  // namespace lazuli::trace
