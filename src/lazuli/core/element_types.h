// The C++ type of each dtype's elements, as they lie in memory. f16 and bf16, which C++ lacks, are
// storage alone: a program widens them to float to compute with them.
#pragma once

#include <concepts>
#include <cstdint>

#include "lazuli/core/dtype.h"
#include "lazuli/core/half.h"

namespace lazuli {

struct float16 {
  uint16_t bits = 0;
  float16() = default;
  explicit float16(float value) : bits(f16_from_float(value)) {}
  operator float() const { return float_from_f16(bits); }  // NOLINT: exact
};

struct bfloat16 {
  uint16_t bits = 0;
  bfloat16() = default;
  explicit bfloat16(float value) : bits(bf16_from_float(value)) {}
  operator float() const { return float_from_bf16(bits); }  // NOLINT: exact
};

template <typename T>
concept Element = std::integral<T> || std::same_as<T, float16> || std::same_as<T, bfloat16> ||
    std::same_as<T, float> || std::same_as<T, double>;

// The dtype of elements of type T; kBool where an integer has none of its size and sign.
template <Element T>
constexpr DType own_dtype() {
  if constexpr (std::same_as<T, float16>) return kFloat16;
  if constexpr (std::same_as<T, bfloat16>) return kBFloat16;
  if constexpr (std::floating_point<T>) return sizeof(T) == 4 ? kFloat32 : kFloat64;
  if constexpr (std::same_as<T, bool>) return kBool;
  if constexpr (std::signed_integral<T>) {
    return sizeof(T) == 1 ? kInt8 : sizeof(T) == 2 ? kInt16 : sizeof(T) == 4 ? kInt32 : kInt64;
  }
  return sizeof(T) == 1 ? kUInt8 : kBool;
}

// The same, but integers that have none become i64.
template <Element T>
constexpr DType dtype_of_elements() {
  return own_dtype<T>() == kBool && !std::same_as<T, bool> ? kInt64 : own_dtype<T>();
}

// Calls f with an element of the C++ type of `dtype`; bools are bytes, 0 or 1.
template <typename F>
void with_elements(DType dtype, const F& f) {
  switch (dtype) {
    case DType::boolean:
    case DType::u8:
      return f(uint8_t{});
    case DType::i8:
      return f(int8_t{});
    case DType::i16:
      return f(int16_t{});
    case DType::i32:
      return f(int32_t{});
    case DType::i64:
      return f(int64_t{});
    case DType::f16:
      return f(float16{});
    case DType::bf16:
      return f(bfloat16{});
    case DType::f32:
      return f(float{});
    case DType::f64:
      return f(double{});
  }
}

}  // namespace lazuli
