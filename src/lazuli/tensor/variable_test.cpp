#include "lazuli/tensor/variable.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/base/pool.h"
#include "lazuli/exec/executor.h"

namespace lazuli::tensor {
namespace {

using op::OpKind;

Ref<trace::Value> data_of(const std::vector<float>& numbers, const Shape& shape) {
  Ref<runtime::Buffer> buffer =
      runtime::Buffer::allocated(static_cast<int64_t>(numbers.size() * sizeof(float)));
  std::memcpy(buffer->data(), numbers.data(), numbers.size() * sizeof(float));
  return trace::Value::of_buffer({kFloat32, shape}, contiguous(shape), std::move(buffer));
}
Ref<trace::Value> data_of(const Shape& shape) {
  return data_of(std::vector<float>(static_cast<size_t>(shape.product())), shape);
}

trace::CallOperand operand_of(const Ref<trace::Value>& value) {
  trace::CallOperand operand;
  operand.value = value.get();
  return operand;
}

Ref<trace::Value> record(OpKind kind, const std::vector<trace::CallOperand>& operands,
                         const std::vector<int64_t>& attributes = {},
                         const std::vector<int64_t>& sizes = {},
                         const std::vector<int64_t>& offsets = {}) {
  return exec::record({kind, operands, attributes, sizes, offsets, {}});
}
Ref<trace::Value> negated(const Ref<trace::Value>& value) {
  return record(OpKind::neg, {operand_of(value)});
}

// Fails on the device: the index is out of range.
Ref<trace::Value> gathered_wrong(const Ref<trace::Value>& value) {
  Ref<runtime::Buffer> buffer = runtime::Buffer::allocated(sizeof(int64_t));
  const int64_t index = 1000;
  std::memcpy(buffer->data(), &index, sizeof(index));
  const Ref<trace::Value> indices =
      trace::Value::of_buffer({kInt64, {1}}, contiguous({1}), std::move(buffer));
  return record(OpKind::gather, {operand_of(value), operand_of(indices)}, {0});
}

std::vector<float> numbers_of(const Ref<trace::Value>& value) {
  exec::read(*value);
  EXPECT_TRUE(value->is_plain());
  std::vector<float> numbers(static_cast<size_t>(value->type().numel()));
  std::memcpy(numbers.data(), value->buffer()->data(), numbers.size() * sizeof(float));
  return numbers;
}

Ref<Variable> view_of(const Ref<Variable>& parent, OpKind kind,
                      const std::vector<int64_t>& attributes, const std::vector<int64_t>& sizes,
                      const std::vector<int64_t>& offsets = {}) {
  Ref<trace::Value> value = record(kind, {operand_of(parent->value())}, attributes, sizes, offsets);
  return Variable::make_view(parent,
                             {kind, SmallVector<int64_t, 4>(std::span<const int64_t>(attributes)),
                              SmallVector<int64_t, 4>(std::span<const int64_t>(sizes)),
                              SmallVector<int64_t, 1>(std::span<const int64_t>(offsets))},
                             std::move(value));
}

TEST(Variable, WritesCountVersions) {
  const Ref<Variable> variable = Variable::make(data_of({2}));
  EXPECT_EQ(variable->version(), 0u);
  EXPECT_FALSE(variable->is_view());
  EXPECT_EQ(&variable->base(), variable.get());
  EXPECT_FALSE(variable->parent());
  EXPECT_THROW(variable->step(), InternalError);
  const Ref<trace::Value> next = data_of({2});
  variable->assign(next);
  EXPECT_EQ(variable->version(), 1u);
  EXPECT_EQ(variable->value(), next);
}

TEST(Variable, AViewIsStaleAfterAWriteToItsBaseUntilItIsRefreshed) {
  const Ref<Variable> base = Variable::make(data_of({4, 4}));
  const Ref<Variable> row = view_of(base, OpKind::select, {0}, {}, {1});
  const Ref<Variable> part = view_of(row, OpKind::narrow, {0}, {2}, {1});
  EXPECT_EQ(&part->base(), base.get());
  EXPECT_EQ(part->parent(), row);
  EXPECT_EQ(part->step().kind, OpKind::narrow);
  EXPECT_EQ(part->type().shape, (Shape{2}));
  EXPECT_FALSE(part->is_stale());
  base->assign(negated(base->value()));
  EXPECT_TRUE(row->is_stale());
  EXPECT_TRUE(part->is_stale());
  EXPECT_FALSE(base->is_stale());
  EXPECT_EQ(part->version(), 1u);
  row->refresh(record(OpKind::select, {operand_of(base->value())}, {0}, {}, {1}));
  EXPECT_FALSE(row->is_stale());
  EXPECT_TRUE(part->is_stale());
  EXPECT_EQ(part->version(), 1u);
}

TEST(Variable, AnotherValueOfTheSameContentsIsNoWrite) {
  const Ref<Variable> base = Variable::make(data_of({4}));
  const Ref<Variable> part = view_of(base, OpKind::narrow, {0}, {2}, {1});
  base->refresh(data_of({4}));
  EXPECT_EQ(base->version(), 0u);
  EXPECT_FALSE(part->is_stale());
}

TEST(Variable, PinningHoldsForEveryAlias) {
  const Ref<Variable> base = Variable::make(data_of({4}));
  const Ref<Variable> first = view_of(base, OpKind::narrow, {0}, {2}, {1});
  const Ref<Variable> second = view_of(base, OpKind::view, {}, {2, 2});
  EXPECT_FALSE(second->is_pinned());
  first->pin();
  EXPECT_TRUE(second->is_pinned());
  EXPECT_TRUE(base->is_pinned());
}

TEST(Variable, AViewsLayoutIsItsBasesFollowedByTheSteps) {
  const Ref<Variable> base = Variable::make(negated(data_of({2, 3, 4})));
  EXPECT_EQ(base->layout(), contiguous({2, 3, 4}));
  const Ref<Variable> turned = view_of(base, OpKind::permute, {2, 0, 1}, {});
  EXPECT_EQ(turned->layout(), (Layout{{4, 2, 3}, {1, 12, 4}, 0}));
  const Ref<Variable> part = view_of(turned, OpKind::narrow, {0}, {2}, {1});
  EXPECT_EQ(part->layout(), (Layout{{2, 2, 3}, {1, 12, 4}, 1}));
  const Ref<Variable> flat = view_of(part, OpKind::view, {}, {2, 6});
  EXPECT_EQ(flat->layout(), (Layout{{2, 6}, {1, 4}, 1}));
  const Ref<Variable> row = view_of(flat, OpKind::select, {1}, {}, {5});
  EXPECT_EQ(row->layout(), (Layout{{2}, {1}, 21}));
  const Ref<Variable> repeated = view_of(row, OpKind::expand, {}, {3, 2});
  EXPECT_EQ(repeated->layout(), (Layout{{3, 2}, {0, 1}, 21}));
}

TEST(Variable, LayoutDoesNotDependOnWhatHasBeenEvaluated) {
  const Ref<trace::Value> data = data_of({2, 3});
  const Ref<Variable> variable =
      Variable::make(record(OpKind::permute, {operand_of(data)}, {1, 0}));
  const Ref<Variable> flat = view_of(variable, OpKind::view, {}, {6});
  const Layout before = flat->layout();
  exec::read(*variable->value());
  EXPECT_EQ(flat->layout(), before);
  EXPECT_EQ(variable->layout(), contiguous({3, 2}));
}

TEST(Variable, MemoryOfTheProgramLiesAsTheProgramSays) {
  const Layout turned = permuted(contiguous({3, 2}), {1, 0});
  const Ref<Variable> base = Variable::make(
      trace::Value::of_buffer({kFloat32, {2, 3}}, turned, runtime::Buffer::allocated(24)));
  base->pin();
  EXPECT_EQ(base->layout(), turned);
  const Ref<Variable> row = view_of(base, OpKind::select, {0}, {}, {1});
  EXPECT_EQ(row->layout(), (Layout{{3}, {2}, 1}));
}

TEST(Variable, AFailedRunPutsBackWhatItWrote) {
  const Ref<Variable> variable = Variable::make(data_of({1, 2, 3, 4}, {4}));
  const Ref<Variable> part = view_of(variable, OpKind::narrow, {0}, {2}, {1});
  const Ref<Variable> other = Variable::make(data_of({5}, {1}));
  const Ref<trace::Value> broken = gathered_wrong(negated(variable->value()));
  other->assign(record(OpKind::maximum, {operand_of(other->value()), operand_of(broken)}));
  other->assign(negated(other->value()));
  EXPECT_EQ(other->version(), 2u);
  EXPECT_THROW(exec::read(*other->value()), DeviceError);
  EXPECT_EQ(other->version(), 3u);
  EXPECT_EQ(numbers_of(other->value()), (std::vector<float>{5}));
  EXPECT_EQ(numbers_of(variable->value()), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(variable->version(), 0u);
  EXPECT_FALSE(part->is_stale());
}

TEST(Variable, ViewsOfASpoiledValueAreStaleOnceItIsPutBack) {
  const Ref<Variable> base = Variable::make(data_of({5}, {1}));
  base->assign(gathered_wrong(base->value()));
  const Ref<Variable> view = view_of(base, OpKind::view, {}, {1, 1});
  EXPECT_THROW(exec::read(*view->value()), DeviceError);
  EXPECT_TRUE(view->is_stale());
  EXPECT_EQ(numbers_of(base->value()), (std::vector<float>{5}));
}

TEST(Variable, WritesThatSucceedStay) {
  const Ref<Variable> variable = Variable::make(data_of({1, 2}, {2}));
  for (int i = 0; i < 3; ++i) {
    variable->assign(negated(variable->value()));
    exec::eval();
  }
  EXPECT_EQ(numbers_of(variable->value()), (std::vector<float>{-1, -2}));
  EXPECT_EQ(variable->version(), 3u);
  exec::drain();
  EXPECT_EQ(variable->reference_count(), 1u);
}

TEST(Variable, AChainOfViewsOfAnyLengthDiesWithoutRecursion) {
  Ref<Variable> view = Variable::make(data_of({2}));
  const Ref<trace::Value> value = view->value();
  ViewStep step{OpKind::view, {}, {2}, {}};
  for (int i = 0; i < 500000; ++i) view = Variable::make_view(view, step, value);
  EXPECT_EQ(view->layout(), contiguous({2}));
  view = nullptr;
  EXPECT_EQ(value->reference_count(), 1u);
}

class State final : public GradientState {
 public:
  explicit State(int& alive) : alive_(alive) { ++alive_; }
  ~State() override { --alive_; }

 private:
  int& alive_;
};

TEST(Variable, TakesItsGradientStateAlong) {
  int alive = 0;
  Ref<Variable> base = Variable::make(data_of({4}));
  Ref<Variable> view = view_of(base, OpKind::view, {}, {2, 2});
  base->gradient = std::make_unique<State>(alive);
  view->gradient = std::make_unique<State>(alive);
  base = nullptr;
  EXPECT_EQ(alive, 2);
  view = nullptr;
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace lazuli::tensor
