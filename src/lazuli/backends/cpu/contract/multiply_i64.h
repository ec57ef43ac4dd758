// Products of i64 matrices, wrapping. m, n and k are not 0.
#pragma once

#include <cstdint>

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_i64(const backend::MatrixProduct& product, const int64_t* a, const int64_t* b,
                  int64_t* result);

}  // namespace lazuli::cpu
