// What a tensor handle refers to: a current value that in-place writes replace, a version, and, for
// a view, its base and the index maps that lead to it. It knows no operator: who writes or refreshes
// a view records the operations and hands the values in.
#pragma once

#include <memory>

#include "lazuli/base/ref.h"
#include "lazuli/base/small_vector.h"
#include "lazuli/core/layout.h"
#include "lazuli/op/op.h"
#include "lazuli/trace/value.h"

namespace lazuli::tensor {

// One index map of a view, as it was recorded.
struct ViewStep {
  op::OpKind kind;
  SmallVector<int64_t, 4> attributes;
  SmallVector<int64_t, 4> sizes;
  SmallVector<int64_t, 1> offsets;
};

// What automatic differentiation keeps with a variable; its layer derives from this.
class GradientState {
 public:
  virtual ~GradientState() = default;
};

class Variable final : public RefCounted<Variable> {
 public:
  static Ref<Variable> make(Ref<trace::Value> value);
  // A view of `parent` (a view itself, or not): its base is the parent's base.
  static Ref<Variable> make_view(const Ref<Variable>& parent, ViewStep step,
                                 Ref<trace::Value> value);
  static void destroy(Variable* variable) noexcept;

  const TensorType& type() const { return value_->type(); }
  // The current contents; for a view only while it is not stale.
  const Ref<trace::Value>& value() const { return value_; }

  bool is_view() const { return view_ != nullptr; }
  // Itself where it is no view.
  Variable& base() { return view_ ? *view_->base : *this; }
  const Variable& base() const { return view_ ? *view_->base : *this; }
  // The variable that it was made from; null where it is no view.
  const Ref<Variable>& parent() const;
  const ViewStep& step() const;  // from parent to this
  // Writes to the memory that it shares with its base and the base's other views.
  uint32_t version() const { return base().version_; }

  // A view whose base was written since its value was taken.
  bool is_stale() const { return view_ && view_->seen_version != view_->base->version_; }
  void refresh(Ref<trace::Value> value);  // the stale view's value, recorded anew

  // In-place write of a variable that is no view: new contents, version + 1. With `before_pending`
  // the previous value is noted on the value's tape, so that a failed run can put it back.
  void assign(Ref<trace::Value> value);
  // Puts back what a failed run replaced.
  void restore(Ref<trace::Value> value);

  // Strides that its elements have in the base's memory: the base's own layout, then the steps.
  Layout layout() const;

  // Memory that the program brought without a copy or exported for writing: in-place writes land
  // there before they return.
  bool is_pinned() const { return base().pinned_; }
  void pin() { base().pinned_ = true; }

  std::unique_ptr<GradientState> gradient;

 private:
  struct View {
    Ref<Variable> base;
    Ref<Variable> parent;
    ViewStep step;
    uint32_t seen_version;
  };
  Variable() = default;
  ~Variable() = default;

  Ref<trace::Value> value_;
  uint32_t version_ = 0;
  bool pinned_ = false;
  std::unique_ptr<View> view_;
};

}  // namespace lazuli::tensor
