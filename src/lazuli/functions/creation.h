// Tensors from the program's own data. What follows from sizes alone (zeros, arange, rand) is in
// functions.gen.h.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <vector>

#include "lazuli/core/element_types.h"
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

Tensor from_numbers(const Scalar* values, size_t count, DType dtype, const Shape& sizes, At at);
Tensor from_elements(const void* values, size_t count, DType dtype, const Shape& sizes, At at);

}  // namespace detail

// The elements in row-major order. The dtype is that of T: f64 of double, u8 of uint8_t, f16 of
// float16 (core/element_types.h); unsigned integers of more bytes become i64. Throws ValueError
// where the shape has another number of elements.
template <Element T>
Tensor from_vector(const std::vector<T>& values, const Shape& sizes, LZ_AT) {
  constexpr DType kDType = dtype_of_elements<T>();
  if constexpr (own_dtype<T>() == kBool) {
    const std::vector<Scalar> numbers(values.begin(), values.end());
    return detail::from_numbers(numbers.data(), numbers.size(), kDType, sizes, at);
  } else {
    return detail::from_elements(values.data(), values.size(), kDType, sizes, at);
  }
}

// scalar_tensor(2.5), from_list({1, 2, 3}), from_list({{1.0, 2.0}, {3.0, 4.0}}): numbers are weak,
// so fractions become f32, integers i64, bools bool.
Tensor scalar_tensor(Scalar value, LZ_AT);
template <typename T>
Tensor from_list(std::initializer_list<T> values, LZ_AT) {
  const std::vector<Scalar> numbers(values.begin(), values.end());
  return detail::from_numbers(numbers.data(), numbers.size(), Scalar(T()).category(),
                              {static_cast<int64_t>(values.size())}, at);
}
template <typename T>
Tensor from_list(std::initializer_list<std::initializer_list<T>> rows, LZ_AT) {
  std::vector<Scalar> numbers;
  for (const auto& row : rows) numbers.insert(numbers.end(), row.begin(), row.end());
  const auto count = static_cast<int64_t>(rows.size());
  return detail::from_numbers(numbers.data(), numbers.size(), Scalar(T()).category(),
                              {count, count ? static_cast<int64_t>(rows.begin()->size()) : 0}, at);
}

}  // namespace lazuli
