// Elements in other places, or more often.
#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/data_sizes.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

// Of a tensor taken as [before, length, after], `length` being that of dim: each of the slices
// along the middle `count` times, one after the other or all of them again and again.
Tensor repeated(const Tensor& self, int dim, int64_t count, bool is_interleaved, At at) {
  Shape shape = self.sizes();
  int64_t before = 1;
  int64_t after = 1;
  for (int i = 0; i < dim; ++i) before *= shape[i];
  for (int i = dim + 1; i < shape.rank(); ++i) after *= shape[i];
  const int64_t length = shape[dim];
  shape[dim] *= count;
  if (is_interleaved) {
    return reshape(self, {before * length, 1, after}, at)
        .expand({before * length, count, after}, at)
        .reshape(shape, at);
  }
  return reshape(self, {before, 1, length * after}, at)
      .expand({before, count, length * after}, at)
      .reshape(shape, at);
}

// The row of each place of a matrix less its column.
Tensor distance_below_diagonal(const char* op, const Tensor& self, At at) {
  check_defined(op, "self", self, at);
  LZ_CHECK_AT(self.dim() >= 2, ValueError, at, "{}: need at least two dimensions; got {}", op,
              to_string(self.sizes()));
  return internal::index_along(self, -2, at).sub(internal::index_along(self, -1, at), 1, at);
}

void check_count(const char* op, int64_t count, At at) {
  LZ_CHECK_AT(count >= 0, ValueError, at, "{}: need repeats of at least 0; got {}", op, count);
}

}  // namespace

Tensor flip(const Tensor& self, const Dims& dims, At at) {
  check_defined("flip", "self", self, at);
  Record record(op::OpKind::flip, at);
  record.tensor(self);
  if (dims.rank() > 0 && self.dim() > 0) {
    record.attributes(folded_dims("flip", dims, self.sizes().rank(), at).span());
  }
  return record.run();
}

Tensor tril(const Tensor& self, int64_t diagonal, At at) {
  const Tensor is_kept = distance_below_diagonal("tril", self, at).ge(-diagonal, at);
  return arithmetic::where(is_kept, self, full({}, 0, self.dtype(), at), at);
}

Tensor triu(const Tensor& self, int64_t diagonal, At at) {
  const Tensor is_kept = distance_below_diagonal("triu", self, at).le(-diagonal, at);
  return arithmetic::where(is_kept, self, full({}, 0, self.dtype(), at), at);
}

Tensor roll(const Tensor& self, const DimList& shifts, const DimList& dims, At at) {
  check_defined("roll", "self", self, at);
  const Dims& by = shifts.dims();
  const Dims& along = dims.dims();
  if (along.rank() == 0) {
    LZ_CHECK_AT(by.rank() == 1, ValueError, at, "roll: need one shift without dims; got {}",
                to_string(by));
    return roll(reshape(self, {-1}, at), by, 0, at).view(self.sizes(), at);
  }
  LZ_CHECK_AT(by.rank() == along.rank(), ValueError, at,
              "roll: need a shift for each dimension; got {} for {}", to_string(by),
              to_string(along));
  Tensor result = self;
  for (int i = 0; i < by.rank(); ++i) {
    const int dim = wrap_dim("roll", along[i], self.sizes().rank(), at);
    const int64_t length = self.dim() == 0 ? 1 : self.sizes()[dim];
    const int64_t shift = length == 0 ? 0 : ((by[i] % length) + length) % length;
    if (shift == 0) continue;
    result = cat({narrow(result, dim, length - shift, shift, at),
                  narrow(result, dim, 0, length - shift, at)},
                 dim, at);
  }
  return result.is_same(self) ? clone(self, at) : result;
}

Tensor repeat(const Tensor& self, const Shape& repeats, At at) {
  check_defined("repeat", "self", self, at);
  const int added = repeats.rank() - self.sizes().rank();
  LZ_CHECK_AT(added >= 0, ValueError, at, "repeat: need at least {} repeats; got {}", self.dim(),
              to_string(repeats));
  Shape shape = Shape::filled(added, 1);
  for (const int64_t extent : self.sizes()) shape.push_back(extent);
  Tensor result = reshape(self, shape, at);
  for (int i = repeats.rank(); i-- > 0;) {
    check_count("repeat", repeats[i], at);
    if (repeats[i] != 1) result = repeated(result, i, repeats[i], false, at);
  }
  return result.is_view() || result.is_same(self) ? clone(result, at) : result;
}

Tensor tile(const Tensor& self, const Shape& dims, At at) {
  check_defined("tile", "self", self, at);
  Shape repeats = dims;
  while (repeats.rank() < self.sizes().rank()) repeats.insert(0, 1);
  return repeat(self, repeats, at);
}

Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim, At at) {
  check_defined("repeat_interleave", "self", self, at);
  check_count("repeat_interleave", repeats, at);
  const Tensor source = dim && self.dim() > 0 ? self : reshape(self, {-1}, at);
  const int wrapped = wrap_dim("repeat_interleave", dim.value_or(0), source.sizes().rank(), at);
  if (repeats == 1) return clone(source, at);
  return repeated(source, wrapped, repeats, true, at);
}

// Element i of the result comes from where the sum of the repeats first exceeds i.
Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim,
                         At at) {
  check_defined("repeat_interleave", "self", self, at);
  check_defined("repeat_interleave", "repeats", repeats, at);
  check_dtype("repeat_interleave", "repeats", repeats, kInt64, at);
  const Tensor source = dim && self.dim() > 0 ? self : reshape(self, {-1}, at);
  const int wrapped = wrap_dim("repeat_interleave", dim.value_or(0), source.sizes().rank(), at);
  const int64_t length = source.sizes()[wrapped];
  LZ_CHECK_AT(repeats.dim() <= 1 && (repeats.numel() == 1 || repeats.numel() == length), ValueError,
              at, "repeat_interleave: need one of repeats, or {}; got {}", length,
              to_string(repeats.sizes()));
  if (length == 0) return clone(source, at);
  Tensor index;
  {
    const NoGradGuard no_grad;
    const Tensor counts = reshape(repeats, {-1}, at).expand({length}, at);
    const int64_t least = read_size(amin(counts, {}, false, at), at);
    check_count("repeat_interleave", least, at);
    const Tensor ends = cumsum(counts, 0, std::nullopt, at);
    const int64_t total = read_size(select(ends, 0, length - 1, at), at);
    index = internal::searched_places(ends, arange(total, kInt64, at), 1, at);
  }
  return index_select(source, wrapped, index, at);
}

}  // namespace lazuli
