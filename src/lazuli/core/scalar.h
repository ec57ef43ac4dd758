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
  requires(!std::same_as<T, bool>) constexpr Scalar(T value)
      : integer_(static_cast<int64_t>(value)), category_(DType::i64) {}  // NOLINT
  template <std::floating_point T>
  constexpr Scalar(T value)  // NOLINT
      : integer_(std::bit_cast<int64_t>(static_cast<double>(value))), category_(DType::f32) {}

  // The category: boolean, i64 for any integer, f32 for any fraction (held as a double).
  constexpr DType category() const { return category_; }
  constexpr double to_double() const {
    return category_ == DType::f32 ? std::bit_cast<double>(integer_)
                                   : static_cast<double>(integer_);
  }
  // Fractions are cut towards zero; those out of range (NaN, too) become the least int64.
  int64_t to_int64() const;
  constexpr bool to_bool() const {
    return category_ == DType::f32 ? std::bit_cast<double>(integer_) != 0 : integer_ != 0;
  }
  // The value as `dtype` holds it in memory, in the low bytes of a word. Integers keep their low
  // bits; what becomes an f16 or bf16 is rounded to f32 first.
  uint64_t bits_as(DType dtype) const;
  static Scalar from_bits(DType dtype, uint64_t bits);
  // The same value as kernels take numbers and constants: narrow integers widened to four bytes,
  // f16 and bf16 to f32.
  uint64_t word_as(DType dtype) const;
  static Scalar from_word(DType dtype, uint64_t word);

 private:
  int64_t integer_;
  DType category_;
};

std::string to_string(const Scalar& value);

}  // namespace lazuli
