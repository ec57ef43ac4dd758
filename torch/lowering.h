// PyTorch's attributes as Lazuli's, for the generated lower() of each operator. Vectors of int64_t
// become shapes and dimensions by dims_of.
#pragma once

#include <c10/core/Scalar.h>
#include <c10/core/ScalarType.h>
#include <c10/util/ArrayRef.h>

#include <array>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "lazuli/functions/functions.gen.h"

namespace lazuli::torch {

// Throws NotImplementedError for types that Lazuli has not (complex numbers, quantized ones, ...).
DType dtype_of(at::ScalarType type);
at::ScalarType scalar_type_of(DType dtype);
// Throws NotImplementedError for complex numbers.
lazuli::Scalar number_of(const at::Scalar& number);

inline std::optional<DType> dtype_of(const std::optional<at::ScalarType>& type) {
  return type ? std::optional(dtype_of(*type)) : std::nullopt;
}
inline std::optional<lazuli::Scalar> number_of(const std::optional<at::Scalar>& number) {
  return number ? std::optional(number_of(*number)) : std::nullopt;
}

// Throws ValueError over kMaxRank of them.
inline Dims dims_of(at::IntArrayRef values) {
  return Dims(std::span<const int64_t>(values.data(), values.size()));
}
inline Dims dims_of(const std::vector<int64_t>& values) { return dims_of(at::IntArrayRef(values)); }
inline Dims dims_of(const std::optional<std::vector<int64_t>>& values) {
  return values ? dims_of(*values) : Dims();
}

// An optional tensor: an undefined one where it is missing.
inline Tensor tensor_of(const std::optional<Tensor>& tensor) { return tensor.value_or(Tensor()); }

std::vector<Tensor> tensors_of(const std::vector<std::optional<Tensor>>& tensors);

// The last `count` dimensions: -count, ..., -1.
Dims last_dims(int64_t count);

// a / b in whole numbers, and 0 where b is 0: tensors without elements have no parts.
inline int64_t quotient(int64_t a, int64_t b) { return b == 0 ? 0 : a / b; }

// The results that the caller asked for; undefined ones in the place of the others.
template <size_t kCount>
std::vector<Tensor> asked_for(const std::array<bool, kCount>& mask, std::vector<Tensor> results) {
  for (size_t i = 0; i < kCount; ++i) {
    if (!mask[i]) results[i] = Tensor();
  }
  return results;
}

// Throws NotImplementedError where the caller chose an argument that Lazuli's operator has not:
// "aten::embedding: Lazuli has no argument 'sparse': need its default, False".
void need_default(std::string_view op, std::string_view argument, std::string_view default_text,
                  bool is_default);

// What a function with several results gives, in their order.
template <typename... Results>
std::vector<Tensor> list_of(const std::tuple<Results...>& results) {
  return std::apply([](const auto&... each) { return std::vector<Tensor>{each...}; }, results);
}

}  // namespace lazuli::torch
