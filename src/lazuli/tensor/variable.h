// What a tensor handle refers to: a current value that in-place writes replace, a version, and, for
// a view, its base and the index maps that lead to it. It records nothing: who writes or refreshes
// a view records the operations and hands the values in.
#pragma once

#include <memory>

#include "lazuli/base/ref.h"
#include "lazuli/base/small_vector.h"
#include "lazuli/core/layout.h"
#include "lazuli/op/op.h"
#include "lazuli/trace/tape.h"
#include "lazuli/trace/value.h"

namespace lazuli::tensor {

// One index map of a view, as it was recorded.
struct ViewStep {
  op::OpKind kind;
  SmallVector<int64_t, 4> attributes;
  SmallVector<int64_t, 4> sizes;
  SmallVector<int64_t, 1> offsets;
};

// The layout of a view of `shape` whose parent has `layout`.
Layout layout_of(const ViewStep& step, const Layout& layout, const Shape& shape);

// What automatic differentiation keeps with a variable; its layer derives from this.
class GradientState {
 public:
  virtual ~GradientState() = default;
};

class Variable final : public RefCounted<Variable>, public trace::Holder {
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
  // Another value of the same contents: a stale view's, recorded anew, or one whose elements lie
  // otherwise. No write.
  void refresh(Ref<trace::Value> value);

  // In-place write of a variable that is no view: new contents, version + 1. Where an evaluated
  // value makes way for a pending one, it is noted on the tape, so that a failed run can put it
  // back.
  void assign(Ref<trace::Value> value);
  // Puts back what a failed run replaced. Views of the spoiled value become stale.
  void restore(Ref<trace::Value> before) override;

  // How its elements lie in the memory that it shares with its base: the base's layout, then the
  // steps. Row-major for a base that is not pinned, wherever its present value happens to lie, so
  // that what a program may do does not depend on what has been evaluated.
  Layout layout() const;

  // Memory that the program brought without a copy or exported for writing: in-place writes land
  // there before they return.
  bool is_pinned() const { return base().pinned_; }
  void pin() { base().pinned_ = true; }

  void retain_holder() const noexcept override { retain(); }
  void release_holder() const noexcept override { release(); }
  uint32_t holder_references() const noexcept override { return reference_count(); }
  const trace::Value& held() const override { return *value_; }

  std::unique_ptr<GradientState> gradient;

 private:
  struct View {  // pooled
    Ref<Variable> base;
    Ref<Variable> parent;
    ViewStep step;
    uint32_t seen_version;
    static void* operator new(size_t bytes);
    static void operator delete(void* view) noexcept;
  };
  Variable() = default;
  ~Variable() = default;

  Ref<trace::Value> value_;
  uint32_t version_ = 0;
  bool pinned_ = false;
  std::unique_ptr<View> view_;
};

}  // namespace lazuli::tensor
