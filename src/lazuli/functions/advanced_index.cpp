#include "lazuli/functions/advanced_index.h"

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/data_sizes.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

// The product of extents [first, last).
int64_t extent_of(const Shape& shape, int first, int last) {
  int64_t extent = 1;
  for (int i = first; i < last; ++i) extent *= shape[i];
  return extent;
}

}  // namespace

AdvancedIndex::AdvancedIndex(const char* op, const Tensor& self, TensorList indices, At at)
    : at_(at) {
  check_defined(op, "self", self, at);
  const Shape& sizes = self.sizes();
  size_t named = 0;
  for (const Tensor& index : indices) {
    const bool is_mask = index.defined() && index.dtype() == kBool;
    named += is_mask ? static_cast<size_t>(index.dim()) : 1;
  }
  LZ_CHECK_AT(named <= static_cast<size_t>(sizes.rank()), IndexError, at,
              "{}: need indices of at most {} dimensions; got {}", op, sizes.rank(), named);
  for (const Tensor& index : indices) {
    if (!index.defined() || index.dtype() != kBool) {
      if (index.defined()) check_dtype(op, "indices", index, kInt64, at);
      indices_.push_back(index);
      continue;
    }
    const int begin = static_cast<int>(indices_.size());
    bool fits = index.dim() > 0;
    for (int i = 0; i < index.dim(); ++i) fits &= index.sizes()[i] == sizes[begin + i];
    LZ_CHECK_AT(fits, IndexError, at, "{}: need a mask of dimensions of {}; got {}", op,
                to_string(sizes), to_string(index.sizes()));
    const Tensor rows = true_places(index, at);
    for (int i = 0; i < index.dim(); ++i) indices_.push_back(select(rows, 1, i, at));
  }
  indices_.resize(static_cast<size_t>(sizes.rank()));

  Dims indexed, others;
  for (int i = 0; i < sizes.rank(); ++i) {
    (indices_[static_cast<size_t>(i)].defined() ? indexed : others).push_back(i);
  }
  count_ = indexed.rank();
  const bool are_together = count_ > 0 && indexed.back() - indexed[0] + 1 == count_;
  first_ = are_together ? static_cast<int>(indexed[0]) : 0;
  for (int i = 0; i < first_; ++i) order_.push_back(i);
  for (const int64_t dim : indexed) order_.push_back(dim);
  for (const int64_t dim : others) {
    if (dim >= first_) order_.push_back(dim);
  }
  for (const int64_t dim : order_) ordered_.push_back(sizes[static_cast<int>(dim)]);
  try {
    for (const int64_t dim : indexed) {
      met_ = broadcast(op, met_, indices_[static_cast<size_t>(dim)].sizes());
    }
    for (int i = 0; i < first_; ++i) shape_.push_back(ordered_[i]);
    for (const int64_t extent : met_) shape_.push_back(extent);
    for (int i = first_ + count_; i < ordered_.rank(); ++i) shape_.push_back(ordered_[i]);
  } catch (const ValueError&) {
    rethrow_at(at);
  }
}

Tensor AdvancedIndex::folded(const Tensor& self) const {
  const int last = first_ + count_;
  return reshape(permute(self, order_, at_),
                 {extent_of(ordered_, 0, first_), extent_of(ordered_, first_, last),
                  extent_of(ordered_, last, ordered_.rank())},
                 at_);
}

Tensor AdvancedIndex::unfolded(const Tensor& folded) const {
  Dims inverse = order_;
  for (int i = 0; i < order_.rank(); ++i) inverse[static_cast<int>(order_[i])] = i;
  return permute(reshape(folded, ordered_, at_), inverse, at_);
}

Tensor AdvancedIndex::places() const {
  const NoGradGuard no_grad;
  Tensor place = full({}, 0, kInt64, at_);
  Tensor is_inside;
  for (int i = first_; i < first_ + count_; ++i) {
    const Tensor& index = indices_[static_cast<size_t>(order_[i])];
    const int64_t extent = ordered_[i];
    const Tensor wrapped =
        arithmetic::where(index.lt(0, at_), index.add(extent, 1, at_), index, at_);
    const Tensor fits = logical_and(wrapped.ge(0, at_), wrapped.lt(extent, at_), at_);
    is_inside = is_inside.defined() ? logical_and(is_inside, fits, at_) : fits;
    place = place.mul(extent, at_).add(wrapped, 1, at_);
  }
  if (is_inside.defined()) place = arithmetic::where(is_inside, place, int64_t{-1}, at_);
  const int64_t before = extent_of(ordered_, 0, first_);
  const int64_t after = extent_of(ordered_, first_ + count_, ordered_.rank());
  const int64_t count = met_.product();
  return place.expand(met_, at_).reshape({1, count, 1}, at_).expand({before, count, after}, at_);
}

}  // namespace lazuli
