// Tensors from the program's own data. What follows from sizes alone (zeros, arange, rand) is in
// functions.gen.h.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli {

// A copy of numel * size_of(dtype) bytes, row-major.
Tensor from_data(const void* data, DType dtype, const Shape& sizes, LZ_AT);

// The caller's memory without a copy. Operations that read it are evaluated before they return,
// in-place writes land in it before they return; `on_release` runs when nothing refers to it any
// more. `strides` in elements, row-major where they are missing; `data` is the address of the
// element at index 0 of every dimension, and strides are not negative.
Tensor from_blob(void* data, const Shape& sizes, DType dtype = kFloat32,
                 const std::optional<Dims>& strides = std::nullopt,
                 std::function<void()> on_release = {}, LZ_AT);

// The same for memory that nobody else writes from now on, row-major: operations need not be
// evaluated early, and in-place writes give the tensor other memory.
Tensor adopt_blob(void* data, const Shape& sizes, DType dtype, std::function<void()> on_release,
                  LZ_AT);

namespace detail {

template <typename T>
constexpr DType dtype_for() {
  if constexpr (std::same_as<T, bool>) return kBool;
  return std::floating_point<T> ? kFloat32 : kInt64;
}

Tensor from_numbers(const Scalar* values, size_t count, DType dtype, const Shape& sizes, At at);

}  // namespace detail

// The elements in row-major order: fractions become f32, integers i64, bools bool. Throws
// ValueError where the shape has another number of elements.
template <typename T>
requires std::integral<T> || std::floating_point<T> Tensor from_vector(const std::vector<T>& values,
                                                                       const Shape& sizes, LZ_AT) {
  const std::vector<Scalar> numbers(values.begin(), values.end());
  return detail::from_numbers(numbers.data(), numbers.size(), detail::dtype_for<T>(), sizes, at);
}
Tensor from_vector(const std::vector<float>& values, const Shape& sizes, LZ_AT);
Tensor from_vector(const std::vector<int64_t>& values, const Shape& sizes, LZ_AT);

// scalar_tensor(2.5), from_list({1, 2, 3}), from_list({{1.0, 2.0}, {3.0, 4.0}}): dtypes as for
// from_vector.
Tensor scalar_tensor(Scalar value, LZ_AT);
template <typename T>
Tensor from_list(std::initializer_list<T> values, LZ_AT) {
  return from_vector(std::vector<T>(values), {static_cast<int64_t>(values.size())}, at);
}
template <typename T>
Tensor from_list(std::initializer_list<std::initializer_list<T>> rows, LZ_AT) {
  std::vector<T> values;
  for (const auto& row : rows) values.insert(values.end(), row);
  const auto count = static_cast<int64_t>(rows.size());
  return from_vector(values, {count, count ? static_cast<int64_t>(rows.begin()->size()) : 0}, at);
}

// The shape and dtype of another tensor, every element 0, 1 or `value`.
Tensor zeros_like(const Tensor& self, LZ_AT);
Tensor ones_like(const Tensor& self, LZ_AT);
Tensor full_like(const Tensor& self, Scalar value, LZ_AT);

}  // namespace lazuli
