// Reductions of several parts: deviations, norms, sums without NaNs, and those that say where.
#include <algorithm>
#include <cmath>
#include <limits>

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

// The shape of a reduction over `dims`, wrapped and in order.
Shape folded_shape(const Tensor& self, const Dims& dims, bool keepdim) {
  Shape shape = self.sizes();
  for (int i = dims.rank(); i-- > 0;) {
    if (keepdim) {
      shape[static_cast<int>(dims[i])] = 1;
    } else {
      shape.erase(static_cast<int>(dims[i]));
    }
  }
  return shape;
}

// What has no identity needs an element.
void check_elements(const char* op, const Tensor& self, const Dims& dims, At at) {
  for (const int64_t dim : dims) {
    LZ_CHECK_AT(self.sizes()[static_cast<int>(dim)] > 0, ValueError, at,
                "{}: need at least one element along dimension {}; got {}", op, dim,
                to_string(self.sizes()));
  }
}

Tensor wide(const Tensor& self, At at) { return to(self, to_wide(self.dtype()), at); }

// `f` of x where x is not 0, and x itself where it is: no slope that is infinite there.
template <typename F>
Tensor beside_zero(const Tensor& x, const F& f, At at) {
  const Tensor is_zero = x.eq(0, at);
  return arithmetic::where(is_zero, x, f(arithmetic::where(is_zero, 1, x, at)), at);
}

Tensor root(const Tensor& x, At at) {
  return beside_zero(
      x, [at](const Tensor& each) { return each.sqrt(at); }, at);
}

// In the dtype that sums of `self` are worked out in.
struct Moments {
  Tensor variance;
  Tensor mean;
};

Moments moments(const char* op, const Tensor& self, const DimList& dim,
                std::optional<Scalar> correction, bool keepdim, std::optional<bool> unbiased,
                At at) {
  check_floating(op, "self", self, at);
  LZ_CHECK_AT(!correction || !unbiased, ValueError, at, "{}: need correction or unbiased; got both",
              op);
  const Dims dims = folded_dims(op, dim, self.sizes().rank(), at);
  double count = 1;
  for (const int64_t each : dims)
    count *= static_cast<double>(self.sizes()[static_cast<int>(each)]);
  const double missing = correction ? correction->to_double() : unbiased.value_or(true) ? 1 : 0;
  const Tensor x = wide(self, at);
  const Tensor mean = x.sum(dims, true, std::nullopt, at).div(count, at);
  const Tensor distance = x.sub(mean, 1, at);
  const Tensor squares = distance.mul(distance, at).sum(dims, keepdim, std::nullopt, at);
  return {squares.div(std::max(0.0, count - missing), at),
          keepdim ? mean : mean.view(folded_shape(self, dims, false), at)};
}

// The index of the largest element along dim, or of the least; a NaN is either, the first of equals
// wins. Counted in 32 bits where they suffice: twice as many fit a vector.
Tensor place_along(const Tensor& self, int dim, bool keepdim, bool is_least, At at) {
  const int64_t extent = self.sizes()[dim];
  const DType dtype = extent <= INT32_MAX ? kInt32 : kInt64;
  Shape shape = Shape::filled(self.sizes().rank(), 1);
  shape[dim] = extent;
  const Tensor index = view(arange(extent, dtype, at), shape, at);
  const Tensor extreme = is_least ? amin(self, dim, true, at) : amax(self, dim, true, at);
  const Tensor number = arithmetic::where(self.eq(self, at), extent, index, at);
  const Tensor candidate = arithmetic::where(self.eq(extreme, at), index, number, at);
  return to(amin(candidate, dim, keepdim, at), kInt64, at);
}

// The largest or the least element of each line along dim, and its index.
std::tuple<Tensor, Tensor> pick(const char* op, const Tensor& self, int64_t dim, bool keepdim,
                                bool is_least, At at) {
  check_defined(op, "self", self, at);
  const int rank = self.sizes().rank();
  const int wrapped = wrap_dim(op, dim, rank, at);
  if (rank == 0) {
    const Tensor first = full({}, 0, kInt64, at);
    return {gather(self, 0, first, at), first};
  }
  check_elements(op, self, Dims{wrapped}, at);
  Tensor indices;
  {
    const NoGradGuard no_grad;
    indices = place_along(self, wrapped, true, is_least, at);
  }
  const Tensor values = gather(self, wrapped, indices, at);
  if (keepdim) return {values, indices};
  const Shape shape = folded_shape(self, Dims{wrapped}, false);
  return {values.view(shape, at), indices.view(shape, at)};
}

// The index along dim, of the row-major elements without it.
Tensor place_of(const char* op, const Tensor& self, std::optional<int64_t> dim, bool keepdim,
                bool is_least, At at) {
  check_defined(op, "self", self, at);
  const NoGradGuard no_grad;
  const int rank = self.sizes().rank();
  if (dim) {
    const int wrapped = wrap_dim(op, *dim, rank, at);
    if (rank == 0) return full({}, 0, kInt64, at);
    check_elements(op, self, Dims{wrapped}, at);
    return place_along(self, wrapped, keepdim, is_least, at);
  }
  LZ_CHECK_AT(self.numel() > 0, ValueError, at, "{}: need at least one element; got {}", op,
              to_string(self.sizes()));
  const Tensor index = place_along(reshape(self, {-1}, at), 0, false, is_least, at);
  return keepdim ? view(index, Shape::filled(rank, 1), at) : index;
}

}  // namespace

Tensor mean(const Tensor& self, const DimList& dim, bool keepdim, std::optional<DType> dtype,
            At at) {
  check_defined("mean", "self", self, at);
  const Tensor x = dtype ? to(self, *dtype, at) : self;
  check_floating("mean", "self", x, at);
  const Tensor total = wide(x, at).sum(dim, keepdim, std::nullopt, at);
  return to(total.div(folded_count(x, dim, at), at), x.dtype(), at);
}

Tensor mean(const Tensor& self, std::optional<DType> dtype, At at) {
  return mean(self, DimList(), false, dtype, at);
}

Tensor argmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim, At at) {
  return place_of("argmax", self, dim, keepdim, false, at);
}

Tensor argmin(const Tensor& self, std::optional<int64_t> dim, bool keepdim, At at) {
  return place_of("argmin", self, dim, keepdim, true, at);
}

std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim, At at) {
  return pick("max", self, dim, keepdim, false, at);
}

std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim, At at) {
  return pick("min", self, dim, keepdim, true, at);
}

std::tuple<Tensor, Tensor> aminmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim,
                                   At at) {
  check_defined("aminmax", "self", self, at);
  const Dims dims =
      folded_dims("aminmax", dim ? DimList(*dim) : DimList(), self.sizes().rank(), at);
  check_elements("aminmax", self, dims, at);
  return {amin(self, dims, keepdim, at), amax(self, dims, keepdim, at)};
}

Tensor var(const Tensor& self, const DimList& dim, std::optional<Scalar> correction, bool keepdim,
           std::optional<bool> unbiased, At at) {
  const Moments both = moments("var", self, dim, correction, keepdim, unbiased, at);
  return to(both.variance, self.dtype(), at);
}

Tensor std(const Tensor& self, const DimList& dim, std::optional<Scalar> correction, bool keepdim,
           std::optional<bool> unbiased, At at) {
  const Moments both = moments("std", self, dim, correction, keepdim, unbiased, at);
  return to(root(both.variance, at), self.dtype(), at);
}

std::tuple<Tensor, Tensor> var_mean(const Tensor& self, const DimList& dim,
                                    std::optional<Scalar> correction, bool keepdim,
                                    std::optional<bool> unbiased, At at) {
  const Moments both = moments("var_mean", self, dim, correction, keepdim, unbiased, at);
  return {to(both.variance, self.dtype(), at), to(both.mean, self.dtype(), at)};
}

std::tuple<Tensor, Tensor> std_mean(const Tensor& self, const DimList& dim,
                                    std::optional<Scalar> correction, bool keepdim,
                                    std::optional<bool> unbiased, At at) {
  const Moments both = moments("std_mean", self, dim, correction, keepdim, unbiased, at);
  return {to(root(both.variance, at), self.dtype(), at), to(both.mean, self.dtype(), at)};
}

// log(sum(exp(self - m))) + m with m the largest element, or 0 where that is infinite.
Tensor logsumexp(const Tensor& self, const DimList& dim, bool keepdim, At at) {
  check_defined("logsumexp", "self", self, at);
  const Dims dims = folded_dims("logsumexp", dim, self.sizes().rank(), at);
  const DType dtype = to_floating(self.dtype());
  const Shape shape = folded_shape(self, dims, keepdim);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (self.numel() == 0) return full(shape, -kInfinity, dtype, at);
  const Tensor x = to(self, to_wide(dtype), at);
  const Tensor largest = amax(x.detach(at), dims, true, at);
  const Tensor shift = arithmetic::where(isfinite(largest, at), largest, 0, at);
  const Tensor total = x.sub(shift, 1, at).exp(at).sum(dims, true, std::nullopt, at);
  const Tensor is_none = total.eq(0, at);
  const Tensor logarithm = arithmetic::where(
      is_none, -kInfinity, arithmetic::where(is_none, 1, total, at).log(at).add(shift, 1, at), at);
  return to(logarithm.view(shape, at), dtype, at);
}

Tensor norm(const Tensor& self, std::optional<Scalar> p, const DimList& dim, bool keepdim, At at) {
  check_floating("norm", "self", self, at);
  const double power = p ? p->to_double() : 2;
  LZ_CHECK_AT(power == power, ValueError, at, "norm: need a number for p; got {}", to_string(*p));
  const Dims dims = folded_dims("norm", dim, self.sizes().rank(), at);
  const Tensor x = wide(self, at);
  const auto fold = [&](const Tensor& terms) { return terms.sum(dims, keepdim, std::nullopt, at); };
  const auto rounded = [&](const Tensor& result) { return to(result, self.dtype(), at); };
  if (power == 0) return rounded(fold(x.ne(0, at)).to(x.dtype(), at));
  const Tensor size = abs(x, at);
  if (power == 1) return rounded(fold(size));
  if (power == 2) return rounded(root(fold(x.mul(x, at)), at));
  if (std::isinf(power)) {
    check_elements("norm", self, dims, at);
    return rounded(power > 0 ? amax(size, dims, keepdim, at) : amin(size, dims, keepdim, at));
  }
  if (power < 0) return rounded(pow(fold(pow(size, power, at)), 1 / power, at));
  const auto raised = [at](const Tensor& each, double to) {
    return beside_zero(
        each, [&](const Tensor& one) { return pow(one, to, at); }, at);
  };
  return rounded(raised(fold(raised(size, power)), 1 / power));
}

Tensor nansum(const Tensor& self, const DimList& dim, bool keepdim, std::optional<DType> dtype,
              At at) {
  check_defined("nansum", "self", self, at);
  const Dims dims = folded_dims("nansum", dim, self.sizes().rank(), at);
  if (!is_floating(self.dtype())) return sum(self, dims, keepdim, dtype, at);
  return sum(arithmetic::where(isnan(self, at), 0, self, at), dims, keepdim, dtype, at);
}

Tensor nanmean(const Tensor& self, const DimList& dim, bool keepdim, std::optional<DType> dtype,
               At at) {
  check_floating("nanmean", "self", self, at);
  const Dims dims = folded_dims("nanmean", dim, self.sizes().rank(), at);
  const DType result = dtype.value_or(self.dtype());
  const Tensor total = nansum(self, dims, keepdim, to_wide(result), at);
  const Tensor count = sum(self.eq(self, at), dims, keepdim, std::nullopt, at);
  return to(total.div(count, at), result, at);
}

Tensor count_nonzero(const Tensor& self, const DimList& dim, At at) {
  check_defined("count_nonzero", "self", self, at);
  const Dims dims = folded_dims("count_nonzero", dim, self.sizes().rank(), at);
  return sum(self.ne(0, at), dims, false, std::nullopt, at);
}

}  // namespace lazuli
