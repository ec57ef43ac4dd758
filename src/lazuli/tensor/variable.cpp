#include "lazuli/tensor/variable.h"

#include <new>
#include <optional>

#include "lazuli/base/check.h"
#include "lazuli/base/pool.h"
#include "lazuli/exec/executor.h"

namespace lazuli::tensor {

Layout layout_of(const ViewStep& step, const Layout& layout, const Shape& shape) {
  switch (step.kind) {
    case op::OpKind::permute:
      return permuted(layout, Dims(std::span<const int64_t>(step.attributes)));
    case op::OpKind::narrow:
      return narrowed(layout, static_cast<int>(step.attributes[0]), step.offsets[0], step.sizes[0]);
    case op::OpKind::select:
      return selected(layout, static_cast<int>(step.attributes[0]), step.offsets[0]);
    case op::OpKind::slice:
      return sliced(layout, static_cast<int>(step.attributes[0]), step.offsets[0], step.sizes[0],
                    step.attributes[1]);
    case op::OpKind::diagonal:
      return diagonal_of(layout, static_cast<int>(step.attributes[0]),
                         static_cast<int>(step.attributes[1]), step.offsets[0], step.offsets[1],
                         step.sizes[0]);
    case op::OpKind::as_strided:
      return strided(layout, shape, Dims(std::span<const int64_t>(step.attributes)),
                     step.offsets[0]);
    case op::OpKind::expand:
      return expanded(layout, shape);
    case op::OpKind::view:
      // Whoever makes a view has asked whether its elements lie so.
      if (std::optional<Layout> result = reshaped(layout, shape)) return *result;
      break;
    default:
      break;
  }
  throw InternalError(format("{} makes no view of {} from {}", op::name_of(step.kind),
                             to_string(shape), to_string(layout)));
}

void* Variable::View::operator new(size_t) { return Pool<View>::take(); }
void Variable::View::operator delete(void* view) noexcept { Pool<View>::give(view); }

Ref<Variable> Variable::make(Ref<trace::Value> value) {
  Variable* variable = new (Pool<Variable>::take()) Variable;
  variable->value_ = std::move(value);
  return Ref<Variable>::adopt(variable);
}

Ref<Variable> Variable::make_view(const Ref<Variable>& parent, ViewStep step,
                                  Ref<trace::Value> value) {
  Ref<Variable> variable = make(std::move(value));
  Variable& base = parent->base();
  variable->view_.reset(
      new View{Ref<Variable>::share(&base), parent, std::move(step), base.version_});
  return variable;
}

// A program may derive a view from the last one in a loop and let go of a chain of any length, so
// parents that go with it go one after another, not one inside another.
void Variable::destroy(Variable* variable) noexcept {
  Ref<Variable> parent;
  if (variable->view_) parent = std::move(variable->view_->parent);
  variable->~Variable();
  Pool<Variable>::give(variable);
  while (parent && parent->view_ && parent->reference_count() == 1) {
    parent = std::move(parent->view_->parent);
  }
}

const Ref<Variable>& Variable::parent() const {
  static const Ref<Variable> none;
  return view_ ? view_->parent : none;
}

const ViewStep& Variable::step() const {
  LZ_ASSERT(view_, "only a view has a step");
  return view_->step;
}

void Variable::refresh(Ref<trace::Value> value) {
  value_ = std::move(value);
  if (view_) view_->seen_version = view_->base->version_;
}

void Variable::assign(Ref<trace::Value> value) {
  LZ_ASSERT(!view_, "a view's contents are written to its base");
  if (value->tape()) exec::note_replaced(*this, value_, *value);
  value_ = std::move(value);
  ++version_;
}

void Variable::restore(Ref<trace::Value> before) {
  LZ_ASSERT(!view_, "a view holds nothing of its own to put back");
  value_ = std::move(before);
  ++version_;
}

Layout Variable::layout() const {
  SmallVector<const Variable*, 8> views;  // this, its parent, ...
  const Variable* variable = this;
  for (; variable->view_; variable = variable->view_->parent.get()) views.push_back(variable);
  const bool is_seen = variable->pinned_ && !variable->value_->tape();
  Layout layout = is_seen ? variable->value_->layout() : contiguous(variable->type().shape);
  while (!views.empty()) {
    const Variable& view = *views.back();
    layout = layout_of(view.view_->step, layout, view.type().shape);
    views.pop_back();
  }
  return layout;
}

}  // namespace lazuli::tensor
