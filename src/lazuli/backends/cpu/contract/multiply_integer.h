// Products of integer matrices, wrapping. m, n and k are not 0.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

void multiply_integer(const backend::MatrixProduct& product, const void* a, const void* b,
                      void* result);

}  // namespace lazuli::cpu
