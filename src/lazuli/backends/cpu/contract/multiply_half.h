// Products of f16 and bf16 matrices: widened block by block, multiplied in f32 by OpenBLAS, rounded
// once. Neither the batch nor m, n and k are 0.
#pragma once

#include <cstdint>

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_half(const backend::MatrixProduct& product, const uint16_t* a, const uint16_t* b,
                   uint16_t* result);

}  // namespace lazuli::cpu
