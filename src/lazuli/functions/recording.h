// What generated functions say of their arguments before they record. Each passes in a few
// nanoseconds and throws with the line of the call. Not for users.
#pragma once

#include <initializer_list>

#include "lazuli/functions/record.h"

namespace lazuli {

[[noreturn]] void throw_undefined(const char* op, const char* argument, At at);
[[noreturn]] void throw_dtype(const char* op, const char* argument, DType need, DType got, At at);
[[noreturn]] void throw_not_floating(const char* op, const char* argument, DType got, At at);
[[noreturn]] void throw_factor(const char* op, const char* argument, DType dtype, At at);

inline void check_defined(const char* op, const char* argument, const Tensor& tensor, At at) {
  if (!tensor.defined()) [[unlikely]]
    throw_undefined(op, argument, at);
}
// The tensor is defined.
inline DType dtype_of(const Tensor& tensor) { return tensor.variable().type().dtype; }
inline void check_dtype(const char* op, const char* argument, const Tensor& tensor, DType need,
                        At at) {
  if (dtype_of(tensor) != need) [[unlikely]] {
    throw_dtype(op, argument, need, dtype_of(tensor), at);
  }
}
// A string that is one of a few.
void check_choice(const char* op, const char* argument, std::string_view value,
                  std::initializer_list<std::string_view> choices, At at);
// Of a tensor that may be undefined, too.
inline void check_floating(const char* op, const char* argument, const Tensor& tensor, At at) {
  check_defined(op, argument, tensor, at);
  if (!is_floating(dtype_of(tensor))) [[unlikely]]
    throw_not_floating(op, argument, dtype_of(tensor), at);
}
// No extent is below 0.
void check_sizes(const char* op, const Shape& sizes, At at);
// Tensors with a letter for each of their dimensions; equal letters stand for equal extents.
struct LetteredShape {
  const char* argument;
  const Tensor& tensor;
  const char* letters;
};
void check_shapes(const char* op, std::initializer_list<LetteredShape> tensors, At at);
// A factor of integers has no fraction.
inline void check_factor(const char* op, const char* argument, const Scalar& factor, DType dtype,
                         At at) {
  if (is_floating(factor.category()) && !is_floating(dtype)) [[unlikely]] {
    throw_factor(op, argument, dtype, at);
  }
}
// Sums of integers and bools are i64.
constexpr DType to_accumulated(DType dtype) { return is_floating(dtype) ? dtype : kInt64; }
// The dtype in which all of at least one defined tensor meet.
DType meeting_dtype(const char* op, TensorList tensors, At at);
// Elements of self that fold into one along `dim`.
int64_t folded_count(const Tensor& self, const DimList& dim, At at);

}  // namespace lazuli
