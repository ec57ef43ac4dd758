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

Tensor internal::sorted_values(const Tensor& self, At at) {
  Record record(OpKind::sorted_values, at);
  record.tensor(self);
  return record.run();
}

Tensor internal::row_places(const Tensor& self, At at) {
  Record record(OpKind::row_places, at);
  record.tensor(self);
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
                    std::optional<std::string_view> side, At at) {
  check_defined("searchsorted", "sorted_sequence", sorted_sequence, at);
  check_defined("searchsorted", "self", self, at);
  if (side) check_choice("searchsorted", "side", *side, {"left", "right"}, at);
  LZ_CHECK_AT(!right || side != "left", ValueError, at,
              "searchsorted: need right or side; got right with side='left'");
  const Shape& sequence = sorted_sequence.sizes();
  const Shape& values = self.sizes();
  bool fits = sequence.rank() == 1 || (sequence.rank() > 1 && sequence.rank() == values.rank());
  for (int i = 0; fits && i + 1 < sequence.rank(); ++i) fits = sequence[i] == values[i];
  LZ_CHECK_AT(fits, ValueError, at,
              "searchsorted: need a sequence [N], or one for each line of self; got {} and {}",
              to_string(sequence), to_string(values));
  const DType dtype = promote(sorted_sequence.dtype(), self.dtype());
  const Tensor places = internal::searched_places(
      to(sorted_sequence, dtype, at), to(self, dtype, at), right || side == "right", at);
  return out_int32 ? to(places, kInt32, at) : places;
}

Tensor searchsorted(const Tensor& sorted_sequence, Scalar self, bool out_int32, bool right,
                    std::optional<std::string_view> side, At at) {
  check_defined("searchsorted", "sorted_sequence", sorted_sequence, at);
  const DType dtype = promote_weak(sorted_sequence.dtype(), self.category());
  return searchsorted(sorted_sequence, full({}, self, dtype, at), out_int32, right, side, at);
}

Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32, bool right, At at) {
  check_defined("bucketize", "boundaries", boundaries, at);
  LZ_CHECK_AT(boundaries.dim() == 1, ValueError, at, "bucketize: need boundaries [N]; got {}",
              to_string(boundaries.sizes()));
  return searchsorted(boundaries, self, out_int32, right, std::nullopt, at);
}

Tensor bucketize(Scalar self, const Tensor& boundaries, bool out_int32, bool right, At at) {
  check_defined("bucketize", "boundaries", boundaries, at);
  const DType dtype = promote_weak(boundaries.dtype(), self.category());
  return bucketize(full({}, self, dtype, at), boundaries, out_int32, right, at);
}

namespace {

// Of elements or rows in their order, whether each differs from the one before: where a group of
// equal ones begins.
Tensor begins_of(const Tensor& ordered, At at) {
  const int64_t length = ordered.size(0, at);
  const Tensor first = full({std::min<int64_t>(length, 1)}, true, kBool, at);
  if (length < 2) return first;
  Tensor differs =
      narrow(ordered, 0, 1, length - 1, at).ne(narrow(ordered, 0, 0, length - 1, at), at);
  if (ordered.dim() > 1) differs = any(differs, 1, false, at);
  return cat({first, differs}, 0, at);
}

// The index of its group for each element, and how many each group has.
struct Groups {
  Tensor inverse;
  Tensor counts;
};

Groups groups_of(const Tensor& order, const Tensor& begins, const Tensor& firsts,
                 bool wants_inverse, bool wants_counts, At at) {
  Groups groups;
  const int64_t length = order.numel();
  if (wants_inverse) {
    const Tensor group = cumsum(begins, 0, std::nullopt, at).sub(1, 1, at);
    groups.inverse = scatter(full({length}, 0, kInt64, at), 0, order, group, at);
  }
  if (wants_counts) {
    const int64_t count = firsts.numel();
    const Tensor end = full({std::min<int64_t>(count, 1)}, length, kInt64, at);
    const Tensor after = cat(
        {narrow(firsts, 0, std::min<int64_t>(count, 1), std::max<int64_t>(count - 1, 0), at), end},
        0, at);
    groups.counts = after.sub(firsts, 1, at);
  }
  return groups;
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& self, bool, bool return_inverse,
                                          bool return_counts, std::optional<int64_t> dim, At at) {
  check_defined("unique", "self", self, at);
  const NoGradGuard no_grad;
  const int along = dim ? wrap_dim("unique", *dim, self.sizes().rank(), at) : 0;
  if (!dim || self.dim() <= 1) {
    const Tensor elements = reshape(self, {-1}, at);
    if (!return_inverse && !return_counts) {
      const Tensor ordered = internal::sorted_values(elements, at);
      return {chosen(ordered, begins_of(ordered, at), at), {}, {}};
    }
    const Tensor order = internal::sorted_places(elements, 0, 0, at);
    const Tensor ordered = gather(elements, 0, order, at);
    const Tensor begins = begins_of(ordered, at);
    const Tensor firsts = true_places(begins, at).view({-1}, at);
    Groups groups = groups_of(order, begins, firsts, return_inverse, return_counts, at);
    if (return_inverse) groups.inverse = groups.inverse.view(self.sizes(), at);
    const Tensor values = gather(ordered, 0, firsts, at);
    return {is_floating(self.dtype()) ? values.add(0, 1, at) : values,  // -0 + 0 is 0
            groups.inverse, groups.counts};
  }
  const Tensor slices = movedim(self, along, 0, at);
  int64_t width = 1;
  for (int i = 1; i < slices.dim(); ++i) width *= slices.sizes()[i];
  const Tensor rows = reshape(slices, {slices.sizes()[0], width}, at);
  const Tensor order = internal::row_places(rows, at);
  const Tensor begins = begins_of(index_select(rows, 0, order, at), at);
  const Tensor firsts = true_places(begins, at).view({-1}, at);
  const Groups groups = groups_of(order, begins, firsts, return_inverse, return_counts, at);
  const Tensor output = index_select(self, along, gather(order, 0, firsts, at), at);
  return {is_floating(self.dtype()) ? output.add(0, 1, at) : output, groups.inverse, groups.counts};
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
