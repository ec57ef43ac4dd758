#include "lazuli/core/scalar.h"

#include <limits>

#include "lazuli/base/format.h"
#include "lazuli/core/half.h"

namespace lazuli {

int64_t Scalar::to_int64() const {
  if (category_ != DType::f32) return integer_;
  const double value = to_double();
  // 2^63 is exact in a double, so the comparison draws the line at the right value.
  if (!(value >= -0x1p63 && value < 0x1p63)) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

float Scalar::to_float() const {
  if (category_ == DType::f32) return static_cast<float>(to_double());
  return is_above_i64_ ? static_cast<float>(static_cast<uint64_t>(integer_))
                       : static_cast<float>(integer_);
}

uint64_t Scalar::bits_as(DType dtype) const {
  if (dtype == DType::boolean) return to_bool();
  if (is_integral(dtype)) {
    const uint64_t word = static_cast<uint64_t>(to_int64());
    const int64_t unused = 64 - 8 * size_of(dtype);
    return word << unused >> unused;
  }
  if (dtype == DType::f64) return std::bit_cast<uint64_t>(to_double());
  const float value = to_float();
  if (dtype == DType::f16) return f16_from_float(value);
  if (dtype == DType::bf16) return bf16_from_float(value);
  return std::bit_cast<uint32_t>(value);
}

Scalar Scalar::from_bits(DType dtype, uint64_t bits) {
  switch (dtype) {
    case DType::boolean:
      return Scalar((bits & 1) != 0);
    case DType::u8:
      return Scalar(static_cast<uint8_t>(bits));
    case DType::i8:
      return Scalar(static_cast<int8_t>(bits));
    case DType::i16:
      return Scalar(static_cast<int16_t>(bits));
    case DType::i32:
      return Scalar(static_cast<int32_t>(bits));
    case DType::i64:
      return Scalar(static_cast<int64_t>(bits));
    case DType::f16:
      return Scalar(float_from_f16(static_cast<uint16_t>(bits)));
    case DType::bf16:
      return Scalar(float_from_bf16(static_cast<uint16_t>(bits)));
    case DType::f32:
      return Scalar(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    case DType::f64:
      break;
  }
  return Scalar(std::bit_cast<double>(bits));
}

namespace {

// The dtype whose memory a kernel's word looks like.
constexpr DType widened(DType dtype) {
  if (is_integral(dtype) && size_of(dtype) < 4) return DType::i32;
  return is_floating(dtype) && size_of(dtype) < 4 ? DType::f32 : dtype;
}

}  // namespace

uint64_t Scalar::word_as(DType dtype) const {
  switch (dtype) {
    case DType::f16:
    case DType::bf16:
    case DType::f32:
      return std::bit_cast<uint32_t>(to_float());
    case DType::i8:
      return static_cast<uint32_t>(static_cast<int8_t>(to_int64()));
    case DType::i16:
      return static_cast<uint32_t>(static_cast<int16_t>(to_int64()));
    default:
      return bits_as(dtype);
  }
}

Scalar Scalar::from_word(DType dtype, uint64_t word) { return from_bits(widened(dtype), word); }

std::string to_string(const Scalar& value) {
  if (value.category() == DType::boolean) return value.to_bool() ? "true" : "false";
  if (value.is_above_i64()) return format("{}", static_cast<uint64_t>(value.to_int64()));
  if (value.category() == DType::i64) return format("{}", value.to_int64());
  return format("{}", value.to_double());
}

}  // namespace lazuli
