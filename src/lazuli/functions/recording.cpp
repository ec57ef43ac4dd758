#include "lazuli/functions/recording.h"

#include <algorithm>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {

using op::OpKind;

void throw_undefined(const char* op, const char* argument, At at) {
  LZ_CHECK_AT(false, ValueError, at, "{}: {} is undefined", op, argument);
  __builtin_unreachable();
}
void throw_dtype(const char* op, const char* argument, DType need, DType got, At at) {
  LZ_CHECK_AT(false, TypeError, at, "{}: need {} of {}; got {}", op, argument, name_of(need),
              name_of(got));
  __builtin_unreachable();
}
void throw_not_floating(const char* op, const char* argument, DType got, At at) {
  LZ_CHECK_AT(false, TypeError, at, "{}: need {} of float; got {}", op, argument, name_of(got));
  __builtin_unreachable();
}
void throw_factor(const char* op, const char* argument, DType dtype, At at) {
  LZ_CHECK_AT(false, TypeError, at, "{}: need {} without a fraction for {}", op, argument,
              name_of(dtype));
  __builtin_unreachable();
}

void check_choice(const char* op, const char* argument, std::string_view value,
                  std::initializer_list<std::string_view> choices, At at) {
  std::string need;
  for (const std::string_view choice : choices) {
    if (choice == value) return;
    need += (need.empty() ? "'" : " or '") + std::string(choice) + "'";
  }
  LZ_CHECK_AT(false, ValueError, at, "{}: need {} for {}; got '{}'", op, need, argument, value);
}

void check_sizes(const char* op, const Shape& sizes, At at) {
  for (const int64_t size : sizes) {
    LZ_CHECK_AT(size >= 0, ValueError, at, "{}: need extents of at least 0; got {}", op,
                to_string(sizes));
  }
}

void check_shapes(const char* op, std::initializer_list<LetteredShape> tensors, At at) {
  int64_t extents[26];
  std::fill(std::begin(extents), std::end(extents), -1);
  bool fit = true;
  for (const LetteredShape& each : tensors) {
    const Shape& shape = each.tensor.sizes();
    const std::string_view letters = each.letters;
    fit = fit && shape.rank() == static_cast<int>(letters.size());
    for (int i = 0; fit && i < shape.rank(); ++i) {
      int64_t& extent = extents[letters[static_cast<size_t>(i)] - 'A'];
      fit = extent == -1 || extent == shape[i];
      extent = shape[i];
    }
  }
  if (fit) [[likely]]
    return;
  std::string need, got;
  for (const LetteredShape& each : tensors) {
    if (!need.empty()) need += " and ", got += " and ";
    need += std::string(each.argument) + " [";
    for (const char* letter = each.letters; *letter; ++letter) {
      if (letter != each.letters) need += ", ";
      need += *letter;
    }
    need += ']';
    got += to_string(each.tensor.sizes());
  }
  LZ_CHECK_AT(false, ValueError, at, "{}: need {}; got {}", op, need, got);
}

DType meeting_dtype(const char* op, TensorList tensors, At at) {
  LZ_CHECK_AT(tensors.size() > 0, ValueError, at, "{}: need at least one tensor; got none", op);
  DType dtype = DType::boolean;
  for (const Tensor& tensor : tensors) {
    check_defined(op, "a tensor", tensor, at);
    dtype = promote(dtype, dtype_of(tensor));
  }
  return dtype;
}

int64_t folded_count(const Tensor& self, const DimList& dim, At at) {
  int64_t count = 1;
  const Shape& shape = self.sizes();
  for (const int64_t folded : folded_dims("mean", dim, shape.rank(), at)) {
    count *= shape[static_cast<int>(folded)];
  }
  return count;
}

Tensor to(const Tensor& self, DType dtype, At at) {
  check_defined("to", "self", self, at);
  if (dtype_of(self) == dtype) return self;
  Record record(OpKind::to, at);
  record.tensor(self);
  record.attribute(static_cast<int64_t>(dtype));
  return record.run();
}

Tensor internal::index_along(const Tensor& self, int64_t dim, At at) {
  check_defined("index_along", "self", self, at);
  const int rank = self.sizes().rank();
  const int wrapped = wrap_dim("index_along", dim, rank, at);
  if (rank == 0) return full({}, 0, kInt64, at);
  Shape shape = Shape::filled(rank, 1);
  shape[wrapped] = self.sizes()[wrapped];
  return view(arange(shape[wrapped], kInt64, at), shape, at);
}

// A fill has no gradient: what was there before gets none.
const Tensor& Tensor::fill_(Scalar value, At at) const {
  check_writable("fill", *this, at);
  const DType own = dtype();
  Record record(OpKind::fill, at);
  record.number(value, own);
  record.sizes(sizes().span());
  record.run_into(*this);
  return *this;
}

const Tensor& Tensor::zero_(At at) const { return fill_(false, at); }

const Tensor& Tensor::copy_(const Tensor& src, At at) const {
  check_writable("copy", *this, at);
  check_defined("copy_", "src", src, at);
  const bool is_seen = src.variable().is_pinned() && src.dtype() == dtype();
  const Tensor cast = is_seen ? lazuli::clone(src, at) : lazuli::to(src, dtype(), at);
  // A value of its own, so that the two variables stay apart.
  Record record(OpKind::expand, at);
  record.tensor(cast);
  record.sizes(sizes().span());
  write(*this, record.run_copy(), at);
  return *this;
}

}  // namespace lazuli
