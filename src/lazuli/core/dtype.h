// The element types of tensors, and how two of them join. Knows nothing of memory or of kernels.
#pragma once

#include <cstdint>
#include <string_view>

namespace lazuli {

// In order of promotion: each gives way to those after it, but for the pairs that promote() names.
enum class DType : uint8_t { boolean, u8, i8, i16, i32, i64, f16, bf16, f32, f64 };

inline constexpr DType kBool = DType::boolean;
inline constexpr DType kUInt8 = DType::u8;
inline constexpr DType kInt8 = DType::i8;
inline constexpr DType kInt16 = DType::i16;
inline constexpr DType kInt32 = DType::i32;
inline constexpr DType kInt64 = DType::i64;
inline constexpr DType kFloat16 = DType::f16;
inline constexpr DType kBFloat16 = DType::bf16;
inline constexpr DType kFloat32 = DType::f32;
inline constexpr DType kFloat64 = DType::f64;
inline constexpr DType kAllDTypes[] = {kBool,  kUInt8,   kInt8,     kInt16,   kInt32,
                                       kInt64, kFloat16, kBFloat16, kFloat32, kFloat64};
inline constexpr int kDTypeCount = 10;

// Bytes of one element in memory; a bool is one byte, 0 or 1.
constexpr int64_t size_of(DType dtype) {
  constexpr int64_t kSizes[] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8};
  return kSizes[static_cast<int>(dtype)];
}
// "bool", "u8", ..., "f64".
constexpr std::string_view name_of(DType dtype) {
  constexpr std::string_view kNames[] = {"bool", "u8",  "i8",   "i16", "i32",
                                         "i64",  "f16", "bf16", "f32", "f64"};
  return kNames[static_cast<int>(dtype)];
}
constexpr bool is_floating(DType dtype) { return dtype >= DType::f16; }
// Whole numbers; a bool is none.
constexpr bool is_integral(DType dtype) { return dtype >= DType::u8 && dtype <= DType::i64; }

// The dtype in which two tensors meet (PyTorch's torch.promote_types): the one with the greater
// range, where neither holds the other's the next that holds both.
constexpr DType promote(DType a, DType b) {
  if (a == b) return a;
  if (a > b) return promote(b, a);
  if (a == DType::u8 && b == DType::i8) return DType::i16;
  if (a == DType::f16 && b == DType::bf16) return DType::f32;
  return b;
}
// The dtype of a tensor joined with a C++ number, which is weak: only its category counts.
constexpr DType promote_weak(DType tensor, DType number) {
  if (is_floating(tensor)) return tensor;
  if (is_floating(number)) return kFloat32;
  if (is_integral(tensor)) return tensor;
  return is_integral(number) ? kInt64 : kBool;
}
// The dtype in which sums and products of a dtype's elements are formed before they are rounded.
constexpr DType to_wide(DType dtype) {
  return dtype == DType::f16 || dtype == DType::bf16 ? kFloat32 : dtype;
}
// The dtype of functions that need fractions (exp, div, mean): integers become the default float.
constexpr DType to_floating(DType dtype) { return is_floating(dtype) ? dtype : kFloat32; }

}  // namespace lazuli
