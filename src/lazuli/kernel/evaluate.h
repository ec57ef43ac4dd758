// The definition of each primitive on single values: what constant folding computes with, what the
// interpreter's loops are made of, and what tests compare everything else with. The typed functions
// are inline and free of branches where that lets a compiler make vectors of them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lazuli/kernel/primitives.h"

namespace lazuli::kernel {

// The primitive on bits. `type` is the instruction's, `operand_type` that of the first operand
// (of the second for select); the second operand of a shift is its distance. Values lie in the low
// bytes, the rest is zero; a mask is 0 or 1. Not for load, store, reduce, number and constant.
uint64_t evaluate(Primitive primitive, Type type, Type operand_type, uint64_t a, uint64_t b = 0,
                  uint64_t c = 0);
// Two values of a reduction joined.
uint64_t evaluate(Combine combine, Type type, uint64_t a, uint64_t b);

// Bytes of a value of the type where values lie in memory next to each other.
constexpr int size_of(Type type) { return type == Type::i64 ? 8 : type == Type::mask ? 1 : 4; }

// The bits of any NaN become those of one, other bits stay: what "all NaNs are equal" compares.
constexpr uint32_t canonical_bits(float value) {
  return value == value ? std::bit_cast<uint32_t>(value) : 0x7fc00000u;
}

namespace scalar {

#define LZ_SCALAR [[gnu::always_inline]] inline

// Integers wrap.
#define LZ_ARITHMETIC(name, symbol)                                            \
  template <typename T>                                                        \
  LZ_SCALAR T name(T a, T b) {                                                 \
    if constexpr (std::is_floating_point_v<T>) {                               \
      return a symbol b;                                                       \
    } else {                                                                   \
      using Word = std::make_unsigned_t<T>;                                    \
      return static_cast<T>(static_cast<Word>(a) symbol static_cast<Word>(b)); \
    }                                                                          \
  }
LZ_ARITHMETIC(add, +)
LZ_ARITHMETIC(sub, -)
LZ_ARITHMETIC(mul, *)
#undef LZ_ARITHMETIC

LZ_SCALAR float div(float a, float b) { return a / b; }
LZ_SCALAR float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
LZ_SCALAR float sqrt(float a) { return __builtin_sqrtf(a); }
LZ_SCALAR float abs(float a) { return __builtin_fabsf(a); }
LZ_SCALAR float neg(float a) { return -a; }
LZ_SCALAR int32_t neg(int32_t a) { return sub(0, a); }
LZ_SCALAR int64_t neg(int64_t a) { return sub(int64_t{0}, a); }
template <typename T>
LZ_SCALAR T min(T a, T b) {
  const T less = a < b ? a : b;
  return a != a ? a : less;
}
template <typename T>
LZ_SCALAR T max(T a, T b) {
  const T greater = a > b ? a : b;
  return a != a ? a : greater;
}
LZ_SCALAR float round(float a) { return __builtin_rintf(a); }
LZ_SCALAR float floor(float a) { return __builtin_floorf(a); }
LZ_SCALAR float ceil(float a) { return __builtin_ceilf(a); }
LZ_SCALAR float trunc(float a) { return __builtin_truncf(a); }
LZ_SCALAR int32_t shift_left(int32_t a, int distance) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) << distance);
}
LZ_SCALAR int32_t shift_right(int32_t a, int distance) { return a >> distance; }
LZ_SCALAR int32_t shift_right_logical(int32_t a, int distance) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) >> distance);
}
// From a mask, T is bool.
template <typename To, typename From>
LZ_SCALAR To convert(From a) {
  if constexpr (std::is_same_v<From, float>) {
    constexpr To kLeast = std::numeric_limits<To>::min();
    constexpr float kEnd = -static_cast<float>(kLeast);  // one past the greatest
    const bool fits = a >= -kEnd && a < kEnd;
    return fits ? static_cast<To>(fits ? a : 0.0f) : kLeast;
  } else {
    return static_cast<To>(a);
  }
}

#undef LZ_SCALAR

}  // namespace scalar
}  // namespace lazuli::kernel
