// Views: their arguments settled, then recorded.
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/record.h"

namespace lazuli {

using op::OpKind;

namespace {

void check_defined(const char* op, const Tensor& self, At at) {
  LZ_CHECK_AT(self.defined(), ValueError, at, "{}: self is undefined", op);
}

// The elements lie so that `shape` needs no copy (PyTorch's rule).
bool can_view(const Tensor& self, const Shape& shape) {
  const tensor::Variable& variable = self.variable();
  if (!variable.is_view() && !variable.is_pinned()) return true;
  return reshaped(variable.layout(), shape).has_value();
}

Tensor record_view(const Tensor& self, const Shape& shape, bool copies, At at) {
  Record record(OpKind::view, at);
  record.tensor(self);
  record.sizes(shape.span());
  return copies ? record.run_copy() : record.run();
}

}  // namespace

Tensor view(const Tensor& self, const Shape& size, At at) {
  check_defined("view", self, at);
  const Shape shape = complete_shape("view", size, self.numel(), at);
  LZ_CHECK_AT(can_view(self, shape), ValueError, at,
              "view: need elements that lie so that {} needs no copy (reshape copies them); got {}",
              to_string(shape), to_string(self.variable().layout()));
  return record_view(self, shape, false, at);
}

Tensor reshape(const Tensor& self, const Shape& shape, At at) {
  check_defined("reshape", self, at);
  const Shape complete = complete_shape("reshape", shape, self.numel(), at);
  return record_view(self, complete, !can_view(self, complete), at);
}

Tensor expand(const Tensor& self, const Shape& size, At at) {
  check_defined("expand", self, at);
  const Shape& from = self.sizes();
  const int added = size.rank() - from.rank();
  LZ_CHECK_AT(added >= 0, ValueError, at, "expand: need at least {} dimensions; got {}",
              from.rank(), to_string(size));
  Shape shape = size;
  for (int i = 0; i < size.rank(); ++i) {
    if (i >= added && size[i] == -1) shape[i] = from[i - added];
    LZ_CHECK_AT(shape[i] >= 0 && (i < added || from[i - added] == 1 || from[i - added] == shape[i]),
                ValueError, at, "expand: need a shape that {} broadcasts to; got {}",
                to_string(from), to_string(size));
  }
  Record record(OpKind::expand, at);
  record.tensor(self);
  record.sizes(shape.span());
  return record.run();
}

Tensor permute(const Tensor& self, const Dims& dims, At at) {
  check_defined("permute", self, at);
  const int rank = self.sizes().rank();
  LZ_CHECK_AT(dims.rank() == rank, ValueError, at, "permute: need {} dimensions; got {}", rank,
              to_string(dims));
  Record record(OpKind::permute, at);
  record.tensor(self);
  uint32_t seen = 0;
  for (const int64_t dim : dims) {
    const int wrapped = wrap_dim("permute", dim, rank, at);
    LZ_CHECK_AT((seen >> wrapped & 1) == 0, ValueError, at,
                "permute: need each dimension once; got {}", to_string(dims));
    seen |= 1u << wrapped;
    record.attribute(wrapped);
  }
  return record.run();
}

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1, At at) {
  check_defined("transpose", self, at);
  const int rank = self.sizes().rank();
  const int first = wrap_dim("transpose", dim0, rank, at);
  const int second = wrap_dim("transpose", dim1, rank, at);
  Record record(OpKind::permute, at);
  record.tensor(self);
  for (int i = 0; i < rank; ++i) record.attribute(i == first ? second : i == second ? first : i);
  return record.run();
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length, At at) {
  check_defined("narrow", self, at);
  const Shape& shape = self.sizes();
  LZ_CHECK_AT(shape.rank() > 0, IndexError, at, "narrow: need a dimension; got a tensor without");
  const int wrapped = wrap_dim("narrow", dim, shape.rank(), at);
  const int64_t extent = shape[wrapped];
  const int64_t first = start < 0 ? start + extent : start;
  LZ_CHECK_AT(first >= 0 && length >= 0 && length <= extent - first, IndexError, at,
              "narrow: need elements within dimension {} of {}; got start {} and length {}",
              wrapped, to_string(shape), start, length);
  Record record(OpKind::narrow, at);
  record.tensor(self);
  record.attribute(wrapped);
  record.size(length);
  record.offset(first);
  return record.run();
}

Tensor select(const Tensor& self, int64_t dim, int64_t index, At at) {
  check_defined("select", self, at);
  const Shape& shape = self.sizes();
  LZ_CHECK_AT(shape.rank() > 0, IndexError, at, "select: need a dimension; got a tensor without");
  const int wrapped = wrap_dim("select", dim, shape.rank(), at);
  const int64_t extent = shape[wrapped];
  LZ_CHECK_AT(index >= -extent && index < extent, IndexError, at,
              "select: need an index of dimension {} of {}; got {}", wrapped, to_string(shape),
              index);
  Record record(OpKind::select, at);
  record.tensor(self);
  record.attribute(wrapped);
  record.offset(index < 0 ? index + extent : index);
  return record.run();
}

Tensor unsqueeze(const Tensor& self, int64_t dim, At at) {
  check_defined("unsqueeze", self, at);
  Shape shape = self.sizes();
  LZ_CHECK_AT(shape.rank() < kMaxRank, ValueError, at, "unsqueeze: need less than {} dimensions",
              kMaxRank);
  shape.insert(wrap_dim("unsqueeze", dim, shape.rank() + 1, at), 1);
  return record_view(self, shape, false, at);
}

Tensor squeeze(const Tensor& self, int64_t dim, At at) {
  check_defined("squeeze", self, at);
  Shape shape = self.sizes();
  const int wrapped = wrap_dim("squeeze", dim, shape.rank(), at);
  if (shape.rank() > 0 && shape[wrapped] == 1) shape.erase(wrapped);
  return record_view(self, shape, false, at);
}

}  // namespace lazuli
