// In-place writes: functional on the tape, visible through every alias.
#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/gradient_node.h"
#include "lazuli/functions/record.h"
#include "lazuli/functions/strided_copy.h"

namespace lazuli {

using op::OpKind;
using tensor::Variable;
using tensor::ViewStep;

namespace {

// Some view on the way to the base shows one element more than once.
bool repeats_elements(const Variable& variable) {
  for (const Variable* view = &variable; view->is_view(); view = view->parent().get()) {
    const ViewStep& step = view->step();
    const TensorType& type = view->type();
    if (step.kind == OpKind::expand && type.numel() != view->parent()->type().numel()) return true;
    if (step.kind == OpKind::as_strided &&
        !is_injective({type.shape, Dims(std::span<const int64_t>(step.attributes)), 0})) {
      return true;
    }
  }
  return false;
}

bool is_detached(const Variable& variable) {
  const autograd::State* state = autograd::state_of(variable);
  return state && state->is_detached;
}

// A pending value of the operator that put `view`'s contents back into its parent's.
Tensor put_back(const Tensor& parent, const Variable& view, const Tensor& contents, At at) {
  const ViewStep& step = view.step();
  const auto write_slice = [&](const Tensor& slice) {
    Record record(OpKind::narrow_write, at);
    record.tensor(parent);
    record.tensor(slice);
    record.attributes(step.attributes);
    record.offset(step.offsets[0]);
    return record.run();
  };
  switch (step.kind) {
    case OpKind::permute: {
      Dims inverse = Dims::filled(parent.sizes().rank(), 0);
      for (int i = 0; i < inverse.rank(); ++i) {
        inverse[static_cast<int>(step.attributes[static_cast<size_t>(i)])] = i;
      }
      return permute(contents, inverse, at);
    }
    case OpKind::narrow:
      return write_slice(contents);
    case OpKind::select:
      return write_slice(unsqueeze(contents, step.attributes[0], at));
    case OpKind::slice:
    case OpKind::diagonal:
    case OpKind::as_strided: {
      const Layout region = tensor::layout_of(step, contiguous(parent.sizes()), view.type().shape);
      return internal::strided_write(parent, contents, region.strides, region.offset, at);
    }
    default: {  // view, and an expand that repeats nothing: the same elements in another shape
      Record record(OpKind::view, at);
      record.tensor(contents);
      record.sizes(parent.sizes().span());
      return record.run_copy();
    }
  }
}

// Gives `variable` the history of `contents` as its own.
void take_history(Variable& variable, const Tensor& contents) {
  const autograd::Edge history = autograd::edge_of(contents.variable());
  if (!history && !autograd::state_of(variable)) return;
  autograd::State& state = autograd::ensure_state(variable);
  state.history = history;
}

// Writes the contents into memory that the program sees, before anything else can happen to it.
void land(Variable& base, trace::Value& contents) {
  exec::read(contents);
  const Ref<trace::Value> memory = base.value();
  const Layout layout = memory->layout();
  copy_strided(memory->buffer()->data(), layout, contents.buffer()->data(), contents.layout(),
               size_of(base.type().dtype));
  base.assign(trace::Value::of_buffer(base.type(), layout, memory->buffer()));
}

}  // namespace

Variable& history_base(Variable& variable) {
  Variable* view = &variable;
  while (view->is_view() && !is_detached(*view)) view = view->parent().get();
  return *view;
}

void check_writable(std::string_view op, const Tensor& target, At at) {
  LZ_CHECK_AT(target.defined(), ValueError, at, "{}_: self is undefined", op);
  Variable& variable = target.variable();
  if (variable.is_view()) {
    LZ_CHECK_AT(!repeats_elements(variable), ValueError, at,
                "{}_: unsupported operation: more than one element of the written-to tensor refers "
                "to a single memory location. Please clone() the tensor before performing the "
                "operation",
                op);
  }
  if (!autograd::is_recording()) return;
  const Variable& owner = history_base(variable);
  if (!autograd::needs_gradient(owner) || !autograd::is_leaf(owner)) return;
  LZ_CHECK_AT(&owner != &variable, ValueError, at,
              "{}_: a leaf Variable that requires grad is being used in an in-place operation", op);
  LZ_CHECK_AT(false, ValueError, at,
              "{}_: a view of a leaf Variable that requires grad is being used in an in-place "
              "operation",
              op);
}

void write(const Tensor& target, const Tensor& contents, At at) {
  Variable& variable = target.variable();
  Variable& base = variable.base();
  const bool records = autograd::is_recording();
  if (!variable.is_view()) {
    if (base.is_pinned()) {
      land(base, *contents.variable().value());
    } else {
      base.assign(contents.variable().value());
    }
    autograd::note_write(base, base.version(), at);
  } else {
    refresh(variable, at);
    Tensor written = contents;
    // Up to where history is shared the writes are differentiable, beyond that they are not.
    bool shares = true;
    for (Variable* view = &variable; view->is_view(); view = view->parent().get()) {
      shares &= !is_detached(*view);
      autograd::ModeGuard mode(records && shares);
      const Tensor parent(view->parent());
      written = put_back(parent, *view, written, at);
    }
    if (base.is_pinned()) {
      land(base, *written.variable().value());
    } else {
      base.assign(written.variable().value());
    }
    autograd::note_write(base, base.version(), at);
    if (records && shares) take_history(base, written);
    // What lies in the program's memory is read from there.
    if (!base.is_pinned()) variable.refresh(contents.variable().value());
  }
  if (!records) return;
  take_history(variable, contents);
  const autograd::State* state = autograd::state_of(variable);
  if (!state || !state->history) return;
  if (auto* node = dynamic_cast<OperationNode*>(state->history.node.get())) {
    node->set_result_version(base.version());
  }
}

}  // namespace lazuli
