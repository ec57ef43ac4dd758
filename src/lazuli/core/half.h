// The two-byte floats as bits: f16 (5 bits of exponent) and bf16 (8). Widening is exact, narrowing
// rounds to nearest-even once; beyond the range lies infinity, subnormals are kept and a NaN stays
// one. Free of branches and always inlined, so that loops over them become vectors.
#pragma once

#include <bit>
#include <cstdint>

namespace lazuli {

[[gnu::always_inline]] constexpr float float_from_f16(uint16_t bits) {
  const uint32_t magnitude = (bits & 0x7fffu) << 13;
  // Numbers differ by the exponents' biases, 112; subnormals by what 2^-14 + x has too much.
  const uint32_t normal = magnitude + (112u << 23);
  const uint32_t special = magnitude + (224u << 23);  // infinity and NaN
  const uint32_t subnormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude + (113u << 23)) - 0x1p-14f);
  const uint32_t result = magnitude >= 0x0f800000u   ? special
                          : magnitude >= 0x00800000u ? normal
                                                     : subnormal;
  return std::bit_cast<float>(result | (bits & 0x8000u) << 16);
}

[[gnu::always_inline]] constexpr uint16_t f16_from_float(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  const uint32_t magnitude = word & 0x7fffffffu;
  const uint32_t odd = magnitude >> 13 & 1;
  const uint32_t normal = (magnitude - (112u << 23) + 0xfffu + odd) >> 13;
  // The sum's last place is 2^-24, a subnormal's, so adding rounds; its low bits are the result.
  const uint32_t subnormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
  const uint32_t finite = magnitude < 0x38800000u ? subnormal : normal;
  const uint32_t result = magnitude > 0x7f800000u    ? 0x7e00u
                          : magnitude >= 0x477ff000u ? 0x7c00u
                                                     : finite;
  return static_cast<uint16_t>(result | (word >> 16 & 0x8000u));
}

[[gnu::always_inline]] constexpr float float_from_bf16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

[[gnu::always_inline]] constexpr uint16_t bf16_from_float(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  const uint32_t rounded = (word + 0x7fffu + (word >> 16 & 1)) >> 16;
  const bool is_nan = (word & 0x7fffffffu) > 0x7f800000u;
  return static_cast<uint16_t>(is_nan ? 0x7fc0u : rounded);
}

}  // namespace lazuli
