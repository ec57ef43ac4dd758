#include "lazuli/core/scalar.h"

#include <limits>

#include "lazuli/base/format.h"

namespace lazuli {

int64_t Scalar::to_int64() const {
  if (category_ != DType::f32) return integer_;
  const double value = to_double();
  // 2^63 is exact in a double, so the comparison draws the line at the right value.
  if (!(value >= -0x1p63 && value < 0x1p63)) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

uint64_t Scalar::bits_as(DType dtype) const {
  switch (dtype) {
    case DType::boolean:
      return to_bool();
    case DType::i64:
      return static_cast<uint64_t>(to_int64());
    case DType::f32:
      break;
  }
  const float value =
      category_ == DType::f32 ? static_cast<float>(to_double()) : static_cast<float>(integer_);
  return std::bit_cast<uint32_t>(value);
}

Scalar Scalar::from_bits(DType dtype, uint64_t bits) {
  switch (dtype) {
    case DType::boolean:
      return Scalar((bits & 1) != 0);
    case DType::i64:
      return Scalar(static_cast<int64_t>(bits));
    case DType::f32:
      break;
  }
  return Scalar(std::bit_cast<float>(static_cast<uint32_t>(bits)));
}

std::string to_string(const Scalar& value) {
  switch (value.category()) {
    case DType::boolean:
      return value.to_bool() ? "true" : "false";
    case DType::i64:
      return format("{}", value.to_int64());
    case DType::f32:
      break;
  }
  return format("{}", value.to_double());
}

}  // namespace lazuli
