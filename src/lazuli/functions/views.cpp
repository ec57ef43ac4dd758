// Views that are recorded as they are: their arguments settled first.
#include <algorithm>

#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

using op::OpKind;

namespace {

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
  check_defined("view", "self", self, at);
  const Shape shape = complete_shape("view", size, self.numel(), at);
  LZ_CHECK_AT(can_view(self, shape), ValueError, at,
              "view: need elements that lie so that {} needs no copy (reshape copies them); got {}",
              to_string(shape), to_string(self.variable().layout()));
  return record_view(self, shape, false, at);
}

Tensor reshape(const Tensor& self, const Shape& shape, At at) {
  check_defined("reshape", "self", self, at);
  const Shape complete = complete_shape("reshape", shape, self.numel(), at);
  return record_view(self, complete, !can_view(self, complete), at);
}

Tensor expand(const Tensor& self, const Shape& size, At at) {
  check_defined("expand", "self", self, at);
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
  check_defined("permute", "self", self, at);
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
  check_defined("transpose", "self", self, at);
  const int rank = self.sizes().rank();
  const int first = wrap_dim("transpose", dim0, rank, at);
  const int second = wrap_dim("transpose", dim1, rank, at);
  Record record(OpKind::permute, at);
  record.tensor(self);
  for (int i = 0; i < rank; ++i) record.attribute(i == first ? second : i == second ? first : i);
  return record.run();
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length, At at) {
  check_defined("narrow", "self", self, at);
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
  check_defined("select", "self", self, at);
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

Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start,
             std::optional<int64_t> end, int64_t step, At at) {
  check_defined("slice", "self", self, at);
  const Shape& shape = self.sizes();
  LZ_CHECK_AT(shape.rank() > 0, IndexError, at, "slice: need a dimension; got a tensor without");
  LZ_CHECK_AT(step > 0, ValueError, at, "slice: need a step above 0; got {}", step);
  const int wrapped = wrap_dim("slice", dim, shape.rank(), at);
  const int64_t extent = shape[wrapped];
  const auto bound = [&](int64_t index) {
    return std::clamp<int64_t>(index < 0 ? index + extent : index, 0, extent);
  };
  const int64_t first = bound(start.value_or(0));
  const int64_t last = std::max(first, bound(end.value_or(extent)));
  const int64_t length = last == first ? 0 : (last - first - 1) / step + 1;
  if (step == 1 || length < 2) return narrow(self, wrapped, first, length, at);
  Record record(OpKind::slice, at);
  record.tensor(self);
  record.attribute(wrapped);
  record.attribute(step);
  record.size(length);
  record.offset(first);
  return record.run();
}

Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2, At at) {
  check_defined("diagonal", "self", self, at);
  const Shape& shape = self.sizes();
  LZ_CHECK_AT(shape.rank() > 1, IndexError, at, "diagonal: need two dimensions; got {}",
              to_string(self.variable().type()));
  const int first = wrap_dim("diagonal", dim1, shape.rank(), at);
  const int second = wrap_dim("diagonal", dim2, shape.rank(), at);
  LZ_CHECK_AT(first != second, ValueError, at, "diagonal: need different dims; got {} and {}", dim1,
              dim2);
  const int64_t down = std::clamp<int64_t>(-offset, 0, shape[first]);
  const int64_t right = std::clamp<int64_t>(offset, 0, shape[second]);
  Record record(OpKind::diagonal, at);
  record.tensor(self);
  record.attribute(first);
  record.attribute(second);
  record.size(std::min(shape[first] - down, shape[second] - right));
  record.offset(down);
  record.offset(right);
  return record.run();
}

namespace {

// The memory that self shows, as a vector. Gradients end where the tensor was detached.
Tensor memory_of(const Tensor& self, At at) {
  tensor::Variable& base = self.variable().base();
  tensor::Variable* owner = &history_base(self.variable());
  LZ_CHECK_AT(is_contiguous(base.layout()), ValueError, at,
              "as_strided: need memory without gaps; got {}", to_string(base.layout()));
  const bool is_whole =
      owner->type().numel() == base.type().numel() && is_contiguous(owner->layout());
  const bool has_gradient = autograd::is_recording() && autograd::needs_gradient(*owner);
  LZ_CHECK_AT(is_whole || !has_gradient, ValueError, at,
              "as_strided: need gradients of whole memory; got those of a part, {}",
              to_string(owner->layout()));
  autograd::ModeGuard mode(has_gradient);
  if (!is_whole) owner = &base;
  const Tensor memory(Ref<tensor::Variable>::share(owner));
  return memory.dim() == 1 ? memory : record_view(memory, {memory.numel()}, false, at);
}

}  // namespace

Tensor as_strided(const Tensor& self, const Shape& size, const Dims& stride,
                  std::optional<int64_t> storage_offset, At at) {
  check_defined("as_strided", "self", self, at);
  LZ_CHECK_AT(size.rank() == stride.rank(), ValueError, at,
              "as_strided: need a stride for each extent; got {} and {}", to_string(size),
              to_string(stride));
  for (int i = 0; i < size.rank(); ++i) {
    LZ_CHECK_AT(size[i] >= 0 && stride[i] >= 0, ValueError, at,
                "as_strided: need extents and strides of at least 0; got {} and {}",
                to_string(size), to_string(stride));
  }
  const int64_t origin = self.variable().base().layout().offset;
  const int64_t start = storage_offset.value_or(self.variable().layout().offset - origin);
  const Tensor memory = memory_of(self, at);
  const int64_t end = touched_range({size, stride, start}).second;
  LZ_CHECK_AT(start >= 0 && end <= memory.numel(), ValueError, at,
              "as_strided: need elements of the {} in memory; got {} in steps of {} from {} on",
              memory.numel(), to_string(size), to_string(stride), start);
  autograd::ModeGuard mode(autograd::is_recording() && autograd::needs_gradient(memory.variable()));
  Record record(OpKind::as_strided, at);
  record.tensor(memory);
  record.attributes(stride.span());
  record.sizes(size.span());
  record.offset(start);
  return record.run();
}

Tensor unsqueeze(const Tensor& self, int64_t dim, At at) {
  check_defined("unsqueeze", "self", self, at);
  Shape shape = self.sizes();
  LZ_CHECK_AT(shape.rank() < kMaxRank, ValueError, at, "unsqueeze: need less than {} dimensions",
              kMaxRank);
  shape.insert(wrap_dim("unsqueeze", dim, shape.rank() + 1, at), 1);
  return record_view(self, shape, false, at);
}

Tensor squeeze(const Tensor& self, int64_t dim, At at) {
  check_defined("squeeze", "self", self, at);
  Shape shape = self.sizes();
  const int wrapped = wrap_dim("squeeze", dim, shape.rank(), at);
  if (shape.rank() > 0 && shape[wrapped] == 1) shape.erase(wrapped);
  return record_view(self, shape, false, at);
}

Tensor internal::strided_write(const Tensor& self, const Tensor& src, const Dims& stride,
                               int64_t start, At at) {
  Record record(OpKind::strided_write, at);
  record.tensor(self);
  record.tensor(src, self.dtype());
  record.attributes(stride.span());
  record.offset(start);
  return record.run();
}

}  // namespace lazuli
