#include "lazuli/core/elements.h"

#include <cstring>

namespace lazuli {

bool is_nan(DType dtype, uint64_t bits) {
  switch (dtype) {
    case DType::f16:
      return (bits & 0x7fff) > 0x7c00;
    case DType::bf16:
      return (bits & 0x7fff) > 0x7f80;
    case DType::f32:
      return (bits & 0x7fffffff) > 0x7f800000;
    case DType::f64:
      return bits << 1 > uint64_t{0x7ff} << 53;
    default:
      return false;
  }
}

int64_t first_difference(DType dtype, const void* a, const void* b, int64_t count) {
  const auto size = static_cast<size_t>(size_of(dtype));
  if (count == 0 || std::memcmp(a, b, static_cast<size_t>(count) * size) == 0) return -1;
  for (int64_t i = 0; i < count; ++i) {
    uint64_t bits[2] = {0, 0};
    std::memcpy(&bits[0], static_cast<const char*>(a) + static_cast<size_t>(i) * size, size);
    std::memcpy(&bits[1], static_cast<const char*>(b) + static_cast<size_t>(i) * size, size);
    if (bits[0] != bits[1] && !(is_nan(dtype, bits[0]) && is_nan(dtype, bits[1]))) return i;
  }
  return -1;
}

}  // namespace lazuli
