// Orders, and what follows from them.
#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/data_sizes.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

using op::OpKind;

namespace {

// Along dim, with `k` elements of it to take.
int checked_dim(const char* op, const Tensor& self, int64_t dim, int64_t least, int64_t k, At at) {
  check_defined(op, "self", self, at);
  const int wrapped = wrap_dim(op, dim, self.sizes().rank(), at);
  const int64_t length = self.dim() == 0 ? 1 : self.sizes()[wrapped];
  LZ_CHECK_AT(k >= least && k <= length, ValueError, at, "{}: need k from {} to {}; got {}", op,
              least, length, k);
  return wrapped;
}

}  // namespace

Tensor internal::sorted_places(const Tensor& self, int64_t dim, int64_t descending, At at) {
  Record record(OpKind::sorted_places, at);
  record.tensor(self);
  record.attribute(dim);
  record.attribute(descending);
  return record.run();
}

Tensor internal::top_places(const Tensor& self, int64_t k, int64_t dim, int64_t largest, At at) {
  Record record(OpKind::top_places, at);
  record.tensor(self);
  record.attribute(dim);
  record.attribute(largest);
  record.size(k);
  return record.run();
}

Tensor internal::searched_places(const Tensor& sorted_sequence, const Tensor& self, int64_t right,
                                 At at) {
  Record record(OpKind::searched_places, at);
  record.tensor(sorted_sequence);
  record.tensor(self);
  record.attribute(right);
  return record.run();
}

Tensor argsort(const Tensor& self, int64_t dim, bool descending, bool, At at) {
  check_defined("argsort", "self", self, at);
  const int wrapped = wrap_dim("argsort", dim, self.sizes().rank(), at);
  return internal::sorted_places(self, wrapped, descending, at);
}

std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim, bool descending, bool, At at) {
  check_defined("sort", "self", self, at);
  const int wrapped = wrap_dim("sort", dim, self.sizes().rank(), at);
  const Tensor places = internal::sorted_places(self, wrapped, descending, at);
  return {gather(self, wrapped, places, at), places};
}

std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool,
                                At at) {
  const int wrapped = checked_dim("topk", self, dim, 0, k, at);
  const Tensor places = internal::top_places(self, k, wrapped, largest, at);
  return {gather(self, wrapped, places, at), places};
}

std::tuple<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim,
                                    At at) {
  const int wrapped = checked_dim("kthvalue", self, dim, 1, k, at);
  Tensor places = internal::top_places(self, k, wrapped, 0, at);
  if (self.dim() > 0) places = narrow(places, wrapped, k - 1, 1, at);
  const Tensor values = gather(self, wrapped, places, at);
  if (keepdim || self.dim() == 0) return {values, places};
  return {squeeze(values, wrapped, at), squeeze(places, wrapped, at)};
}

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool out_int32, bool right,
                    At at) {
  check_defined("searchsorted", "sorted_sequence", sorted_sequence, at);
  check_defined("searchsorted", "self", self, at);
  const Shape& sequence = sorted_sequence.sizes();
  const Shape& values = self.sizes();
  bool fits = sequence.rank() == 1 || (sequence.rank() > 1 && sequence.rank() == values.rank());
  for (int i = 0; fits && i + 1 < sequence.rank(); ++i) fits = sequence[i] == values[i];
  LZ_CHECK_AT(fits, ValueError, at,
              "searchsorted: need a sequence [N], or one for each line of self; got {} and {}",
              to_string(sequence), to_string(values));
  const DType dtype = promote(sorted_sequence.dtype(), self.dtype());
  const Tensor places =
      internal::searched_places(to(sorted_sequence, dtype, at), to(self, dtype, at), right, at);
  return out_int32 ? to(places, kInt32, at) : places;
}

Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32, bool right, At at) {
  check_defined("bucketize", "boundaries", boundaries, at);
  LZ_CHECK_AT(boundaries.dim() == 1, ValueError, at, "bucketize: need boundaries [N]; got {}",
              to_string(boundaries.sizes()));
  return searchsorted(boundaries, self, out_int32, right, at);
}

// Of the elements in their order each that differs from the one before begins a group.
std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& self, bool, bool return_inverse,
                                          bool return_counts, At at) {
  check_defined("unique", "self", self, at);
  const NoGradGuard no_grad;
  const Tensor elements = reshape(self, {-1}, at);
  const int64_t length = elements.numel();
  const Tensor order = internal::sorted_places(elements, 0, 0, at);
  const Tensor ordered = gather(elements, 0, order, at);
  Tensor begins = full({length}, true, kBool, at);
  if (length > 1) {
    const Tensor differs =
        narrow(ordered, 0, 1, length - 1, at).ne(narrow(ordered, 0, 0, length - 1, at), at);
    begins = cat({full({1}, true, kBool, at), differs}, 0, at);
  }
  const Tensor firsts = true_places(begins, at).view({-1}, at);
  Tensor inverse, counts;
  if (return_inverse) {
    const Tensor group = cumsum(begins, 0, std::nullopt, at).sub(1, 1, at);
    inverse = scatter(full({length}, 0, kInt64, at), 0, order, group, at).view(self.sizes(), at);
  }
  if (return_counts) {
    const int64_t groups = firsts.numel();
    const Tensor after =
        groups == 0
            ? firsts
            : cat({narrow(firsts, 0, 1, groups - 1, at), full({1}, length, kInt64, at)}, 0, at);
    counts = after.sub(firsts, 1, at);
  }
  return {gather(ordered, 0, firsts, at), inverse, counts};
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert, At at) {
  check_defined("isin", "elements", elements, at);
  check_defined("isin", "test_elements", test_elements, at);
  const NoGradGuard no_grad;
  const int64_t count = test_elements.numel();
  if (count == 0) return full(elements.sizes(), invert, kBool, at);
  const DType dtype = promote(elements.dtype(), test_elements.dtype());
  const Tensor wanted = to(elements, dtype, at);
  const Tensor tests = reshape(to(test_elements, dtype, at), {-1}, at);
  const Tensor ordered = gather(tests, 0, internal::sorted_places(tests, 0, 0, at), at);
  const Tensor place = minimum(internal::searched_places(ordered, wanted, 0, at),
                               full({}, count - 1, kInt64, at), at);
  const Tensor nearest = gather(ordered, 0, reshape(place, {-1}, at), at).view(wanted.sizes(), at);
  return invert ? nearest.ne(wanted, at) : nearest.eq(wanted, at);
}

}  // namespace lazuli
