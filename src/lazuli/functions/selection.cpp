// Functions whose result's size depends on data, and others that read at places.
#include "lazuli/base/metrics.h"
#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/data_sizes.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

Tensor flat(const Tensor& self, At at) { return reshape(self, {-1}, at); }

Shape met(const char* op, const Shape& a, const Shape& b, At at) {
  try {
    return broadcast(op, a, b);
  } catch (const ValueError&) {
    rethrow_at(at);
  }
}

}  // namespace

int64_t read_size(const Tensor& size, At at) {
  metrics::count(metrics::Counter::sizes_read);
  return size.item(at).to_int64();
}

Tensor internal::nonzero_places(const Tensor& self, int64_t count, At at) {
  Record record(op::OpKind::nonzero_places, at);
  record.tensor(self);
  record.size(count);
  return record.run();
}

Tensor true_places(const Tensor& mask, At at) {
  const NoGradGuard no_grad;
  return internal::nonzero_places(mask, read_size(mask.sum(std::nullopt, at), at), at);
}

Tensor internal::selected(const Tensor& self, const Tensor& mask, int64_t count, At at) {
  Record record(op::OpKind::selected, at);
  record.tensor(self);
  record.tensor(mask);
  record.size(count);
  return record.run();
}

Tensor chosen(const Tensor& vector, const Tensor& mask, At at) {
  return internal::selected(vector, mask, read_size(mask.sum(std::nullopt, at), at), at);
}

std::vector<Tensor> nonzero(const Tensor& self, bool as_tuple, At at) {
  LZ_CHECK_AT(as_tuple, ValueError, at, "nonzero: need as_tuple to be True or absent");
  const Tensor places = nonzero(self.defined() && self.dim() == 0 ? view(self, {1}, at) : self, at);
  return unbind(places, 1, at);
}

std::vector<Tensor> where(const Tensor& condition, At at) { return nonzero(condition, true, at); }

Tensor where(const Tensor& condition, Scalar self, Scalar other, At at) {
  check_defined("where", "condition", condition, at);
  check_dtype("where", "condition", condition, kBool, at);
  const DType dtype = promote(self.category(), other.category());
  return where(condition, full({}, self, dtype, at), other, at);
}

Tensor nonzero(const Tensor& self, At at) {
  check_defined("nonzero", "self", self, at);
  return true_places(to(self, kBool, at), at);
}

Tensor masked_select(const Tensor& self, const Tensor& mask, At at) {
  check_defined("masked_select", "self", self, at);
  check_defined("masked_select", "mask", mask, at);
  check_dtype("masked_select", "mask", mask, kBool, at);
  const Shape shape = met("masked_select", self.sizes(), mask.sizes(), at);
  return chosen(flat(self.expand(shape, at), at), flat(mask.expand(shape, at), at), at);
}

Tensor stack(TensorList tensors, int64_t dim, At at) {
  LZ_CHECK_AT(tensors.size() > 0, ValueError, at, "stack: need at least one tensor; got none");
  std::vector<Tensor> spread;
  for (const Tensor& each : tensors) {
    check_defined("stack", "a tensor", each, at);
    LZ_CHECK_AT(each.sizes() == tensors[0].sizes(), ValueError, at,
                "stack: need tensors of one shape; got {} and {}", to_string(tensors[0].sizes()),
                to_string(each.sizes()));
    spread.push_back(unsqueeze(each, dim, at));
  }
  return cat(spread, wrap_dim("stack", dim, spread[0].sizes().rank(), at), at);
}

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index, At at) {
  check_defined("index_select", "self", self, at);
  check_defined("index_select", "index", index, at);
  check_dtype("index_select", "index", index, kInt64, at);
  LZ_CHECK_AT(index.dim() <= 1, ValueError, at, "index_select: need an index [N]; got {}",
              to_string(index.sizes()));
  const int wrapped = wrap_dim("index_select", dim, self.sizes().rank(), at);
  if (self.dim() == 0) return gather(self, 0, index.view({}, at), at);
  Shape shape = self.sizes();
  shape[wrapped] = index.numel();
  Shape along = Shape::filled(shape.rank(), 1);
  along[wrapped] = index.numel();
  return gather(self, wrapped, index.view(along, at).expand(shape, at), at);
}

Tensor take(const Tensor& self, const Tensor& index, At at) {
  check_defined("take", "self", self, at);
  check_defined("take", "index", index, at);
  check_dtype("take", "index", index, kInt64, at);
  const Tensor places =
      arithmetic::where(index.lt(0, at), index.add(self.numel(), 1, at), index, at);
  return gather(flat(self, at), 0, flat(places, at), at).view(index.sizes(), at);
}

Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim,
                      At at) {
  check_defined("take_along_dim", "self", self, at);
  check_defined("take_along_dim", "indices", indices, at);
  check_dtype("take_along_dim", "indices", indices, kInt64, at);
  if (!dim) return gather(flat(self, at), 0, flat(indices, at), at);
  const int rank = self.sizes().rank();
  LZ_CHECK_AT(rank == indices.sizes().rank(), ValueError, at,
              "take_along_dim: need indices of {} dimensions; got {}", rank,
              to_string(indices.sizes()));
  const int wrapped = wrap_dim("take_along_dim", *dim, rank, at);
  if (rank == 0) return gather(self, 0, indices, at);
  Shape a = self.sizes();
  Shape b = indices.sizes();
  a[wrapped] = b[wrapped] = 1;
  Shape shape = met("take_along_dim", a, b, at);
  Shape taken = shape;
  shape[wrapped] = self.sizes()[wrapped];
  taken[wrapped] = indices.sizes()[wrapped];
  return gather(self.expand(shape, at), wrapped, indices.expand(taken, at), at);
}

Tensor one_hot(const Tensor& self, int64_t num_classes, At at) {
  check_defined("one_hot", "self", self, at);
  check_dtype("one_hot", "self", self, kInt64, at);
  if (num_classes == -1) {
    LZ_CHECK_AT(self.numel() > 0, ValueError, at,
                "one_hot: need num_classes for {}, which has no class", to_string(self.sizes()));
    num_classes = read_size(amax(self, {}, false, at), at) + 1;
  }
  LZ_CHECK_AT(num_classes > 0, ValueError, at, "one_hot: need at least one class; got {}",
              num_classes);
  const Tensor classes = arange(num_classes, kInt64, at);
  // A class out of range fails here.
  const Tensor checked = gather(classes, 0, flat(self, at), at).view(self.sizes(), at);
  return to(unsqueeze(checked, -1, at).eq(classes, at), kInt64, at);
}

}  // namespace lazuli
