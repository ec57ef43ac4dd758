// Products of integer matrices, wrapping. Neither the batch nor m, n and k are 0.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_integer(const backend::MatrixProduct& product, const void* a, const void* b,
                      void* result);

}  // namespace lazuli::cpu
