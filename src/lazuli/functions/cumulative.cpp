// Running folds along a dimension: their kinds recorded, and the functions made of them.
#include <limits>

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

using op::OpKind;

namespace {

// A kind over lines along dim; `flag` is its second attribute, where it has one.
Tensor record_lines(OpKind kind, std::initializer_list<const Tensor*> operands, int64_t dim,
                    std::optional<int64_t> flag, At at) {
  Record record(kind, at);
  for (const Tensor* operand : operands) record.tensor(*operand);
  record.attribute(dim);
  if (flag) record.attribute(*flag);
  return record.run();
}

// The dtype that sums and products are in, and self in it.
Tensor accumulated(const char* op, const Tensor& self, std::optional<DType> dtype, At at) {
  check_defined(op, "self", self, at);
  const DType result = dtype.value_or(to_accumulated(self.dtype()));
  LZ_CHECK_AT(result != kBool, TypeError, at, "{}: need float or int; got bool", op);
  return to(self, result, at);
}

std::tuple<Tensor, Tensor> running_extreme(const char* op, const Tensor& self, int64_t dim,
                                           bool is_least, At at) {
  check_defined(op, "self", self, at);
  const int wrapped = wrap_dim(op, dim, self.sizes().rank(), at);
  const Tensor places = internal::running_place(self, wrapped, is_least, at);
  return {gather(self, wrapped, places, at), places};
}

}  // namespace

Tensor internal::running_sum(const Tensor& self, int64_t dim, int64_t reverse, At at) {
  return record_lines(OpKind::running_sum, {&self}, dim, reverse, at);
}
Tensor internal::running_product(const Tensor& self, int64_t dim, At at) {
  return record_lines(OpKind::running_product, {&self}, dim, std::nullopt, at);
}
Tensor internal::linear_recurrence(const Tensor& self, const Tensor& factor, int64_t dim,
                                   int64_t reverse, At at) {
  return record_lines(OpKind::linear_recurrence, {&self, &factor}, dim, reverse, at);
}
Tensor internal::running_place(const Tensor& self, int64_t dim, int64_t is_least, At at) {
  return record_lines(OpKind::running_place, {&self}, dim, is_least, at);
}

Tensor internal::shifted(const Tensor& self, int64_t dim, int64_t reverse, Scalar value, At at) {
  const Shape& shape = self.sizes();
  if (shape.rank() == 0) return full(shape, value, self.dtype(), at);
  const int wrapped = static_cast<int>(dim);
  if (shape[wrapped] == 0) return self;
  Shape edge = shape;
  edge[wrapped] = 1;
  const Tensor first = full(edge, value, self.dtype(), at);
  const Tensor rest = narrow(self, dim, reverse ? 1 : 0, shape[wrapped] - 1, at);
  return reverse ? cat({rest, first}, dim, at) : cat({first, rest}, dim, at);
}

Tensor cumsum(const Tensor& self, int64_t dim, std::optional<DType> dtype, At at) {
  const Tensor x = accumulated("cumsum", self, dtype, at);
  return internal::running_sum(x, wrap_dim("cumsum", dim, x.sizes().rank(), at), 0, at);
}

Tensor cumprod(const Tensor& self, int64_t dim, std::optional<DType> dtype, At at) {
  const Tensor x = accumulated("cumprod", self, dtype, at);
  return internal::running_product(x, wrap_dim("cumprod", dim, x.sizes().rank(), at), at);
}

std::tuple<Tensor, Tensor> cummax(const Tensor& self, int64_t dim, At at) {
  return running_extreme("cummax", self, dim, false, at);
}

std::tuple<Tensor, Tensor> cummin(const Tensor& self, int64_t dim, At at) {
  return running_extreme("cummin", self, dim, true, at);
}

// With m[i] the largest element so far, the sum s[i] of exp(self - m[i]) up to i is
// exp(self[i] - m[i]) + exp(m[i - 1] - m[i]) * s[i - 1]. The result does not depend on m, so no
// gradient flows through it; an infinite m is taken as 0.
Tensor logcumsumexp(const Tensor& self, int64_t dim, At at) {
  check_floating("logcumsumexp", "self", self, at);
  const int wrapped = wrap_dim("logcumsumexp", dim, self.sizes().rank(), at);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor x = to(self, to_wide(self.dtype()), at);
  Tensor shift, decay;
  {
    const NoGradGuard no_grad;
    const Tensor largest = std::get<0>(cummax(x, wrapped, at));
    const Tensor before = internal::shifted(largest, wrapped, 0, -kInfinity, at);
    shift = arithmetic::where(isfinite(largest, at), largest, 0, at);
    decay = arithmetic::where(largest.eq(before, at), 1, before.sub(largest, 1, at).exp(at), at);
  }
  const Tensor total =
      internal::linear_recurrence(x.sub(shift, 1, at).exp(at), decay, wrapped, 0, at);
  const Tensor is_none = total.eq(0, at);
  const Tensor logarithm = arithmetic::where(is_none, 1, total, at).log(at).add(shift, 1, at);
  return to(arithmetic::where(is_none, -kInfinity, logarithm, at), self.dtype(), at);
}

}  // namespace lazuli
