// Functions whose bounds may be absent: clamp and nan_to_num.
#include <limits>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

using op::OpKind;

namespace {

double largest_of(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return 65504;
    case DType::bf16:
      return 0x1.fep127;
    case DType::f64:
      return std::numeric_limits<double>::max();
    default:
      return std::numeric_limits<float>::max();
  }
}

void check_bounded(bool is_bounded, At at) {
  LZ_CHECK_AT(is_bounded, ValueError, at, "clamp: need min or max; got neither");
}

DType clamp_dtype(const Tensor& self, const Scalar& min, const Scalar& max) {
  return promote_weak(promote_weak(dtype_of(self), min.category()), max.category());
}

void fill(Record& record, const Tensor& self, const Scalar& min, const Scalar& max) {
  const DType dtype = clamp_dtype(self, min, max);
  record.tensor(self, dtype);
  record.number(min, dtype);
  record.number(max, dtype);
}

void fill(Record& record, const Tensor& self, const Tensor& min, const Tensor& max) {
  const DType dtype = promote(promote(dtype_of(self), dtype_of(min)), dtype_of(max));
  record.tensor(self, dtype);
  record.tensor(min, dtype);
  record.tensor(max, dtype);
}

void fill(Record& record, const Tensor& self, std::optional<double> nan,
          std::optional<double> posinf, std::optional<double> neginf) {
  const DType dtype = dtype_of(self);
  const double largest = largest_of(dtype);
  record.tensor(self, dtype);
  record.number(nan.value_or(0), dtype);
  record.number(posinf.value_or(largest), dtype);
  record.number(neginf.value_or(-largest), dtype);
}

}  // namespace

Tensor clamp(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max, At at) {
  check_defined("clamp", "self", self, at);
  check_bounded(min || max, at);
  if (!max) return clamp_min(self, *min, at);
  if (!min) return clamp_max(self, *max, at);
  Record record(OpKind::clamp, at);
  fill(record, self, *min, *max);
  return record.run();
}

const Tensor& Tensor::clamp_(std::optional<Scalar> min, std::optional<Scalar> max, At at) const {
  check_defined("clamp_", "self", *this, at);
  check_bounded(min || max, at);
  if (!max) return clamp_min_(*min, at);
  if (!min) return clamp_max_(*max, at);
  Record record(OpKind::clamp, at);
  fill(record, *this, *min, *max);
  record.run_into(*this);
  return *this;
}

Tensor clamp(const Tensor& self, const Tensor& min, const Tensor& max, At at) {
  check_defined("clamp", "self", self, at);
  check_bounded(min.defined() || max.defined(), at);
  if (!max.defined()) return clamp_min(self, min, at);
  if (!min.defined()) return clamp_max(self, max, at);
  Record record(OpKind::clamp, at);
  fill(record, self, min, max);
  return record.run();
}

const Tensor& Tensor::clamp_(const Tensor& min, const Tensor& max, At at) const {
  check_defined("clamp_", "self", *this, at);
  check_bounded(min.defined() || max.defined(), at);
  if (!max.defined()) return clamp_min_(min, at);
  if (!min.defined()) return clamp_max_(max, at);
  Record record(OpKind::clamp, at);
  fill(record, *this, min, max);
  record.run_into(*this);
  return *this;
}

Tensor clip(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max, At at) {
  return clamp(self, min, max, at);
}

Tensor clip(const Tensor& self, const Tensor& min, const Tensor& max, At at) {
  return clamp(self, min, max, at);
}

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf, At at) {
  check_defined("nan_to_num", "self", self, at);
  if (!is_floating(dtype_of(self))) return positive(self, at);
  Record record(OpKind::nan_to_num, at);
  fill(record, self, nan, posinf, neginf);
  return record.run();
}

const Tensor& Tensor::nan_to_num_(std::optional<double> nan, std::optional<double> posinf,
                                  std::optional<double> neginf, At at) const {
  check_defined("nan_to_num_", "self", *this, at);
  if (!is_floating(dtype_of(*this))) return *this;
  Record record(OpKind::nan_to_num, at);
  fill(record, *this, nan, posinf, neginf);
  record.run_into(*this);
  return *this;
}

}  // namespace lazuli
