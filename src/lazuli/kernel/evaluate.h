// The definition of each primitive on single values: what constant folding computes with, what the
// interpreter's loops are made of, and what tests compare everything else with. The typed functions
// are inline and free of branches where that lets a compiler make vectors of them.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lazuli/core/half.h"
#include "lazuli/kernel/primitives.h"

namespace lazuli::kernel {

// The primitive on bits. `type` is the instruction's, `operand_type` that of the first operand
// (of the second for select); the second operand of a shift by a constant is its distance, that of
// round_to its DType. Values lie in the low bytes, the rest is zero; a mask is 0 or 1. Not for
// load, store, reduce, number and constant.
uint64_t evaluate(Primitive primitive, Type type, Type operand_type, uint64_t a, uint64_t b = 0,
                  uint64_t c = 0);
// Two values of a reduction joined.
uint64_t evaluate(Combine combine, Type type, uint64_t a, uint64_t b);

// The bits of any NaN become those of one, other bits stay: what "all NaNs are equal" compares.
constexpr uint32_t canonical_bits(float value) {
  return value == value ? std::bit_cast<uint32_t>(value) : 0x7fc00000u;
}
constexpr uint64_t canonical_bits(double value) {
  return value == value ? std::bit_cast<uint64_t>(value) : uint64_t{0x7ff8} << 48;
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

#define LZ_FLOATS(name, parameters, f32_expression, f64_expression) \
  template <std::floating_point T>                                  \
  LZ_SCALAR T name parameters {                                     \
    if constexpr (std::is_same_v<T, float>)                         \
      return f32_expression;                                        \
    else                                                            \
      return f64_expression;                                        \
  }
LZ_FLOATS(fma, (T a, T b, T c), __builtin_fmaf(a, b, c), __builtin_fma(a, b, c))
LZ_FLOATS(sqrt, (T a), __builtin_sqrtf(a), __builtin_sqrt(a))
LZ_FLOATS(abs, (T a), __builtin_fabsf(a), __builtin_fabs(a))
LZ_FLOATS(round, (T a), __builtin_rintf(a), __builtin_rint(a))
LZ_FLOATS(floor, (T a), __builtin_floorf(a), __builtin_floor(a))
LZ_FLOATS(ceil, (T a), __builtin_ceilf(a), __builtin_ceil(a))
LZ_FLOATS(trunc, (T a), __builtin_truncf(a), __builtin_trunc(a))
#undef LZ_FLOATS

template <std::floating_point T>
LZ_SCALAR T div(T a, T b) {
  return a / b;
}
template <typename T>
LZ_SCALAR T neg(T a) {
  if constexpr (std::is_floating_point_v<T>) {
    return -a;
  } else {
    return sub(T{0}, a);
  }
}
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
LZ_SCALAR float round_to_f16(float a) { return float_from_f16(f16_from_float(a)); }
LZ_SCALAR float round_to_bf16(float a) { return float_from_bf16(bf16_from_float(a)); }
template <std::signed_integral T>
LZ_SCALAR T quotient(T a, T b) {
  if (b == 0) return 0;
  return b == -1 ? neg(a) : static_cast<T>(a / b);
}
template <std::signed_integral T>
LZ_SCALAR T remainder(T a, T b) {
  return b == 0 || b == -1 ? T{0} : static_cast<T>(a % b);
}
template <std::signed_integral T>
LZ_SCALAR T shift_left(T a, int distance) {
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << distance);
}
template <std::signed_integral T>
LZ_SCALAR T shift_right(T a, int distance) {
  return static_cast<T>(a >> distance);
}
template <std::signed_integral T>
LZ_SCALAR T shift_right_logical(T a, int distance) {
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) >> distance);
}
// Unsigned, a negative distance is one beyond the width.
template <std::signed_integral T>
LZ_SCALAR T shift_left_by(T a, T b) {
  using Word = std::make_unsigned_t<T>;
  constexpr Word kLast = 8 * sizeof(T) - 1;
  const Word distance = static_cast<Word>(b);
  const T moved = static_cast<T>(static_cast<Word>(a) << (distance & kLast));
  return distance > kLast ? T{0} : moved;
}
template <std::signed_integral T>
LZ_SCALAR T shift_right_by(T a, T b) {
  using Word = std::make_unsigned_t<T>;
  constexpr Word kLast = 8 * sizeof(T) - 1;
  const Word distance = static_cast<Word>(b);
  return static_cast<T>(a >> (distance > kLast ? kLast : distance));
}
// From a mask, T is bool.
template <typename To, typename From>
LZ_SCALAR To convert(From a) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr To kLeast = std::numeric_limits<To>::min();
    constexpr From kEnd = -static_cast<From>(kLeast);  // one past the greatest
    const bool fits = a >= -kEnd && a < kEnd;
    return fits ? static_cast<To>(fits ? a : From{0}) : kLeast;
  } else {
    return static_cast<To>(a);
  }
}

#undef LZ_SCALAR

}  // namespace scalar
}  // namespace lazuli::kernel
