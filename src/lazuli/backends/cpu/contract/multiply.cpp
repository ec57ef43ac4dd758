#include "lazuli/backends/cpu/contract/multiply.h"

#include <cstring>

#include "lazuli/backends/cpu/contract/multiply_f32.h"
#include "lazuli/backends/cpu/contract/multiply_i64.h"
#include "lazuli/base/check.h"

namespace lazuli::cpu {

void multiply(const backend::MatrixProduct& product, const void* a, const void* b, void* result) {
  if (product.m == 0 || product.n == 0) return;
  if (product.k == 0) {
    const int64_t element = size_of(product.dtype);
    for (int64_t i = 0; i < product.m; ++i) {
      std::memset(static_cast<char*>(result) + i * product.result_leading * element, 0,
                  static_cast<size_t>(product.n * element));
    }
    return;
  }
  switch (product.dtype) {
    case DType::f32:
      multiply_f32(product, static_cast<const float*>(a), static_cast<const float*>(b),
                   static_cast<float*>(result));
      return;
    case DType::i64:
      multiply_i64(product, static_cast<const int64_t*>(a), static_cast<const int64_t*>(b),
                   static_cast<int64_t*>(result));
      return;
    default:
      break;
  }
  LZ_ASSERT(false, "no matrix product of {}", name_of(product.dtype));
}

}  // namespace lazuli::cpu
