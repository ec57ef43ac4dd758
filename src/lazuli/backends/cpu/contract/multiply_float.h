// Products of f32 and f64 matrices by OpenBLAS. m, n and k are not 0.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_float(const backend::MatrixProduct& product, const float* a, const float* b,
                    float* result);
void multiply_float(const backend::MatrixProduct& product, const double* a, const double* b,
                    double* result);

}  // namespace lazuli::cpu
