// The element types of tensors, and how two of them join. Knows nothing of memory or of kernels.
#pragma once

#include <cstdint>
#include <string_view>

namespace lazuli {

// In order of promotion: bool < i64 < f32.
enum class DType : uint8_t { boolean, i64, f32 };

inline constexpr DType kBool = DType::boolean;
inline constexpr DType kInt64 = DType::i64;
inline constexpr DType kFloat32 = DType::f32;
inline constexpr int kDTypeCount = 3;

// Bytes of one element in memory; a bool is one byte, 0 or 1.
constexpr int64_t size_of(DType dtype) {
  constexpr int64_t kSizes[] = {1, 8, 4};
  return kSizes[static_cast<int>(dtype)];
}
// "bool", "i64", "f32".
constexpr std::string_view name_of(DType dtype) {
  constexpr std::string_view kNames[] = {"bool", "i64", "f32"};
  return kNames[static_cast<int>(dtype)];
}
constexpr bool is_floating(DType dtype) { return dtype == DType::f32; }
constexpr bool is_integral(DType dtype) { return dtype == DType::i64; }

// The dtype in which two tensors meet (PyTorch's torch.promote_types).
constexpr DType promote(DType a, DType b) { return a > b ? a : b; }
// The dtype of a tensor joined with a C++ number, which is weak: only its category counts.
constexpr DType promote_weak(DType tensor, DType number) {
  if (is_floating(tensor)) return tensor;
  if (is_floating(number)) return kFloat32;
  if (is_integral(tensor)) return tensor;
  return number;
}
// The dtype of functions that need fractions (exp, div, mean): integers become the default float.
constexpr DType to_floating(DType dtype) { return is_floating(dtype) ? dtype : kFloat32; }

}  // namespace lazuli
