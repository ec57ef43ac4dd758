// Products of f32 and f64 matrices by OpenBLAS and, where that is faster, oneDNN. Neither the batch
// nor m, n and k are 0.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_float(const backend::MatrixProduct& product, const float* a, const float* b,
                    float* result);
void multiply_float(const backend::MatrixProduct& product, const double* a, const double* b,
                    double* result);

}  // namespace lazuli::cpu
