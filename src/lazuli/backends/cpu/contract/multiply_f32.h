// Products of f32 matrices by OpenBLAS. m, n and k are not 0.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_f32(const backend::MatrixProduct& product, const float* a, const float* b,
                  float* result);

}  // namespace lazuli::cpu
