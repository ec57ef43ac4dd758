#include "lazuli/backends/cpu/contract/multiply.h"

#include <cstring>

#include "lazuli/backends/cpu/contract/multiply_float.h"
#include "lazuli/backends/cpu/contract/multiply_half.h"
#include "lazuli/backends/cpu/contract/multiply_integer.h"
#include "lazuli/base/check.h"

namespace lazuli::cpu {

void multiply(const backend::MatrixProduct& product, const void* a, const void* b, void* result) {
  if (product.m == 0 || product.n == 0 || product.batch.product() == 0) return;
  if (product.k == 0) {
    const int64_t element = size_of(product.dtype);
    for (int64_t i = 0; i < product.batch.product() * product.m; ++i) {
      std::memset(static_cast<char*>(result) + i * product.result_leading * element, 0,
                  static_cast<size_t>(product.n * element));
    }
    return;
  }
  switch (product.dtype) {
    case DType::f16:
    case DType::bf16:
      return multiply_half(product, static_cast<const uint16_t*>(a),
                           static_cast<const uint16_t*>(b), static_cast<uint16_t*>(result));
    case DType::f32:
      return multiply_float(product, static_cast<const float*>(a), static_cast<const float*>(b),
                            static_cast<float*>(result));
    case DType::f64:
      return multiply_float(product, static_cast<const double*>(a), static_cast<const double*>(b),
                            static_cast<double*>(result));
    default:
      LZ_ASSERT(is_integral(product.dtype), "no matrix product of {}", name_of(product.dtype));
      return multiply_integer(product, a, b, result);
  }
}

}  // namespace lazuli::cpu
