#include "lazuli/functions/record.h"

#include <vector>

#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/gradient_node.h"
#include "lazuli/functions/gradient_rule.h"

namespace lazuli {

using tensor::Variable;
using tensor::ViewStep;

void Record::grow() {
  const uint32_t capacity = capacity_ * 2;
  std::unique_ptr<Argument[]> operands(new Argument[capacity]);
  std::copy(operands_, operands_ + operand_count_, operands.get());
  more_operands_ = std::move(operands);
  operands_ = more_operands_.get();
  capacity_ = capacity;
}

const Tensor* Record::cast(const Tensor& tensor, DType dtype) {
  Record record(op::OpKind::to, at_);
  record.tensor(tensor);
  record.attribute(static_cast<int64_t>(dtype));
  casts_.push_front(record.run());
  return &casts_.front();
}

Ref<trace::Value> Record::run_value() {
  trace::CallOperand inline_operands[kMaxInlineOperands];
  std::vector<trace::CallOperand> more_operands;
  trace::CallOperand* operands = inline_operands;
  if (operand_count_ > kMaxInlineOperands) [[unlikely]] {
    more_operands.resize(operand_count_);
    operands = more_operands.data();
  }
  for (uint32_t i = 0; i < operand_count_; ++i) {
    const Argument& argument = operands_[i];
    if (argument.tensor) {
      Variable& variable = argument.tensor->variable();
      if (variable.is_stale()) [[unlikely]]
        refresh(variable, at_);
      needs_gradient_ |= autograd::needs_gradient(variable);
      reads_pinned_ |= variable.is_pinned();
      operands[i].kind = trace::CallOperand::Kind::value;
      operands[i].value = variable.value().get();
    } else {
      operands[i].kind = argument.is_constant ? trace::CallOperand::Kind::constant
                                              : trace::CallOperand::Kind::number;
      operands[i].dtype = argument.dtype;
      operands[i].bits = argument.bits;
    }
  }
  const trace::Call call{kind_,
                         {operands, operand_count_},
                         {attributes_, attribute_count_},
                         {sizes_, size_count_},
                         {offsets_, offset_count_},
                         at_};
  try {
    return exec::record(call);
  } catch (...) {
    rethrow_at(at_);
  }
}

void Record::attach_gradient(Variable& result) const {
  if (!is_floating(result.type().dtype)) return;
  const GradientRule& rule = gradient_rule(kind_);
  if (rule.differentiable == 0) return;
  for (uint32_t i = 0; i < operand_count_; ++i) {
    const Tensor* operand = operands_[i].tensor;
    if (operand && autograd::needs_gradient(operand->variable()) && rule.is_differentiable(i)) {
      autograd::ensure_state(result).history = {OperationNode::make(*this, rule, result), 0};
      return;
    }
  }
}

Ref<Variable> Record::run_fresh() {
  Ref<Variable> result = Variable::make(run_value());
  if (needs_gradient_ && autograd::is_recording()) attach_gradient(*result);
  if (reads_pinned_) [[unlikely]]
    exec::read(*result->value());
  return result;
}

Tensor Record::run() {
  if (op::traits_of(kind_).category != op::Category::view) return Tensor(run_fresh());
  const Ref<Variable>& parent = operands_[0].tensor->reference();
  ViewStep step{kind_,
                SmallVector<int64_t, 4>(std::span<const int64_t>(attributes_, attribute_count_)),
                SmallVector<int64_t, 4>(std::span<const int64_t>(sizes_, size_count_)),
                SmallVector<int64_t, 1>(std::span<const int64_t>(offsets_, offset_count_))};
  Ref<trace::Value> value = run_value();
  Ref<Variable> result = Variable::make_view(parent, std::move(step), std::move(value));
  if (needs_gradient_ && autograd::is_recording()) {
    attach_gradient(*result);
  } else if (needs_gradient_) {
    autograd::ensure_state(*result).is_detached = true;
  }
  return Tensor(std::move(result));
}

Tensor Record::run_copy() { return Tensor(run_fresh()); }

namespace {

void check_result(std::string_view op, const Tensor& target, const Tensor& result, At at) {
  const TensorType& type = target.variable().type();
  LZ_CHECK_AT(result.sizes() == type.shape, ValueError, at,
              "{}_: need a result of the shape of self, {}; got {}", op, to_string(type.shape),
              to_string(result.sizes()));
  LZ_CHECK_AT(result.dtype() <= type.dtype, TypeError, at,
              "{}_: need a result that can be cast to {}; got {}", op, name_of(type.dtype),
              name_of(result.dtype()));
}

}  // namespace

void Record::run_into(const Tensor& target) {
  const std::string_view name = op::name_of(kind_);
  check_writable(name, target, at_);
  target_ = &target.variable();
  Tensor contents(run_fresh());
  check_result(name, target, contents, at_);
  const DType dtype = target.variable().type().dtype;
  if (contents.dtype() != dtype) contents = *cast(contents, dtype);
  write(target, contents, at_);
}

void write_result(std::string_view op, const Tensor& target, const Tensor& result, At at) {
  op.remove_suffix(op.ends_with('_'));
  check_writable(op, target, at);
  check_result(op, target, result, at);
  write(target, to(result, target.dtype(), at), at);
}

void refresh(Variable& variable, At at) {
  SmallVector<Variable*, 8> stale;  // a view, its parent, ...
  for (Variable* view = &variable; view->is_stale(); view = view->parent().get()) {
    stale.push_back(view);
  }
  while (!stale.empty()) {
    Variable& view = *stale.back();
    stale.pop_back();
    const Tensor parent(view.parent());
    const ViewStep& step = view.step();
    autograd::State* state = autograd::state_of(view);
    const bool is_detached = state && state->is_detached;
    if (is_detached && view.type() == parent.variable().type() && step.kind == op::OpKind::view) {
      view.refresh(parent.variable().value());
      continue;
    }
    // A view has its parent's history whatever the mode is now.
    autograd::ModeGuard mode(!is_detached);
    Record record(step.kind, at);
    record.tensor(parent);
    record.attributes(step.attributes);
    record.sizes(step.sizes);
    for (const int64_t offset : step.offsets) record.offset(offset);
    const Tensor fresh = record.run_copy();
    view.refresh(fresh.variable().value());
    if (is_detached) continue;
    autograd::State* own = autograd::state_of(fresh.variable());
    if (own || state) autograd::ensure_state(view).history = own ? own->history : autograd::Edge();
  }
}

}  // namespace lazuli
