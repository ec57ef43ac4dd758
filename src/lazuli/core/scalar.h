// A C++ number with its category: what `x * 2` and `x.item()` carry.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>

#include "lazuli/core/dtype.h"

namespace lazuli {

class Scalar {
 public:
  constexpr Scalar() : Scalar(int64_t{0}) {}
  constexpr Scalar(bool value) : integer_(value), category_(DType::boolean) {}  // NOLINT
  template <std::integral T>
  requires(!std::same_as<T, bool>) constexpr Scalar(T value)  // NOLINT
      : integer_(static_cast<int64_t>(value)),
        category_(DType::i64),
        is_above_i64_(std::unsigned_integral<T> && integer_ < 0) {}
  template <std::floating_point T>
  constexpr Scalar(T value)  // NOLINT
      : integer_(std::bit_cast<int64_t>(static_cast<double>(value))), category_(DType::f32) {}

  // The category: boolean, i64 for any integer, f32 for any fraction (held as a double).
  constexpr DType category() const { return category_; }
  constexpr double to_double() const {
    if (category_ == DType::f32) return std::bit_cast<double>(integer_);
    return is_above_i64_ ? static_cast<double>(static_cast<uint64_t>(integer_))
                         : static_cast<double>(integer_);
  }
  // Fractions are cut towards zero; those out of range (NaN, too) become the least int64. Integers
  // from 2^63 on keep their low bits.
  int64_t to_int64() const;
  // Rounded once.
  float to_float() const;
  // An integer that an int64 does not hold, from a uint64_t.
  constexpr bool is_above_i64() const { return is_above_i64_; }
  constexpr bool to_bool() const {
    return category_ == DType::f32 ? std::bit_cast<double>(integer_) != 0 : integer_ != 0;
  }
  // The value as `dtype` holds it in memory, in the low bytes of a word. Integers keep their low
  // bits; what becomes an f16 or bf16 is rounded to f32 first.
  uint64_t bits_as(DType dtype) const;
  static Scalar from_bits(DType dtype, uint64_t bits);
  // What a tensor of the dtype would hold of it.
  Scalar held_as(DType dtype) const { return from_bits(dtype, bits_as(dtype)); }
  // As kernels take numbers and constants: narrow integers, as their dtype holds them, widened to
  // four bytes. For f16 and bf16 an f32, which is not rounded to them: only results are.
  uint64_t word_as(DType dtype) const;
  static Scalar from_word(DType dtype, uint64_t word);

 private:
  int64_t integer_;
  DType category_;
  bool is_above_i64_ = false;  // an integer from 2^63 on: integer_ is its two's complement
};

std::string to_string(const Scalar& value);

}  // namespace lazuli
