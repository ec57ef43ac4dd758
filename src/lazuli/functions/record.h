// The one way in which a function reaches the tape: a kind with its arguments, written down in
// place, then recorded. Takes care of casts, stale views, gradients and cuts. Generated functions
// use it; it is made for recording in tens of nanoseconds.
#pragma once

#include <forward_list>
#include <memory>
#include <span>

#include "lazuli/core/scalar.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/op/op.h"
#include "lazuli/tensor/variable.h"
#include "lazuli/trace/value.h"

namespace lazuli {

class Record {
 public:
  static constexpr int kMaxInlineOperands = 8;
  static constexpr int kMaxIntegers = kMaxRank + 2;

  Record(op::OpKind kind, At at) : kind_(kind), at_(at) {}
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  // Operands in the entry's order; each lives until the record has run. Defined.
  void tensor(const Tensor& tensor) { next().tensor = &tensor; }
  // The same, of `dtype`: cast first where it has another.
  void tensor(const Tensor& tensor, DType dtype) {
    next().tensor = tensor.variable().type().dtype == dtype ? &tensor : cast(tensor, dtype);
  }
  // A launch argument: its value is not structure.
  void number(Scalar value, DType dtype) { number(value, dtype, false); }
  // Structure: a default argument, 0 or 1.
  void constant(Scalar value, DType dtype) { number(value, dtype, true); }
  // `constant` when `value` is 0 or 1, else `number`: for arguments like alpha.
  void factor(Scalar value, DType dtype) {
    const double number_value = value.to_double();
    number(value, dtype, number_value == 0 || number_value == 1);
  }

  // At most kMaxIntegers of each.
  void attribute(int64_t value) { attributes_[attribute_count_++] = value; }
  void attributes(std::span<const int64_t> values) {
    for (const int64_t value : values) attribute(value);
  }
  void size(int64_t value) { sizes_[size_count_++] = value; }
  void sizes(std::span<const int64_t> values) {
    for (const int64_t value : values) size(value);
  }
  void offset(int64_t value) { offsets_[offset_count_++] = value; }

  // Records and gives the result, with a gradient node when gradients are on and an operand needs
  // one. For a view kind the result is a view of operand 0: it shares its memory and version.
  Tensor run();
  // As run, but what a view kind gives has memory of its own.
  Tensor run_copy();
  // Records, then makes the result the new contents of `target`, through any alias; casts to its
  // dtype. Throws, having changed nothing, where PyTorch refuses: result shape other than target's,
  // a leaf that needs gradients, an expanded target.
  void run_into(const Tensor& target);
  // The result's value alone: neither gradient nor view.
  Ref<trace::Value> run_value();

 private:
  friend class OperationNode;
  struct Argument {
    const Tensor* tensor;  // null: a number
    uint64_t bits;
    DType dtype;
    bool is_constant;
  };
  Argument& next() {
    if (operand_count_ == capacity_) [[unlikely]]
      grow();
    return operands_[operand_count_++];
  }
  void number(Scalar value, DType dtype, bool is_constant) {
    next() = {nullptr, value.word_as(dtype), dtype, is_constant};
  }
  void grow();
  const Tensor* cast(const Tensor& tensor, DType dtype);
  Ref<tensor::Variable> run_fresh();
  void attach_gradient(tensor::Variable& result) const;
  std::span<const Argument> arguments() const { return {operands_, operand_count_}; }

  op::OpKind kind_;
  uint8_t attribute_count_ = 0;
  uint8_t size_count_ = 0;
  uint8_t offset_count_ = 0;
  bool needs_gradient_ = false;  // an operand does; as the next, once run_value has run
  bool reads_pinned_ = false;
  uint32_t operand_count_ = 0;
  uint32_t capacity_ = kMaxInlineOperands;
  At at_;
  Argument* operands_ = inline_operands_;
  // Left uninitialised: the counts say what is set.
  Argument inline_operands_[kMaxInlineOperands];
  int64_t attributes_[kMaxIntegers];
  int64_t sizes_[kMaxIntegers];
  int64_t offsets_[2];
  std::unique_ptr<Argument[]> more_operands_;
  std::forward_list<Tensor> casts_;           // cast operands until the record has run
  const tensor::Variable* target_ = nullptr;  // of run_into
};

// Brings a view up to date with writes to its base since its value was taken, recording its steps
// anew at `at`. Does nothing for what is not stale.
void refresh(tensor::Variable& variable, At at);

// Makes `contents` (of the target's dtype and shape, with its history) the target's contents
// through any alias: Record::run_into's second half.
void write(const Tensor& target, const Tensor& contents, At at);
// Makes `result` the new contents of `target`, through any alias, cast to its dtype. Throws, having
// changed nothing, where run_into does.
void write_result(std::string_view op, const Tensor& target, const Tensor& result, At at);
// The last of the variables that share history with this one: its base, or the first detached view
// on the way there.
tensor::Variable& history_base(tensor::Variable& variable);
// Throws where PyTorch refuses to write `target` in place.
void check_writable(std::string_view op, const Tensor& target, At at);

}  // namespace lazuli
