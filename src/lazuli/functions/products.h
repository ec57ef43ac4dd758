// What functions and gradients that multiply matrices share. Not for users.
#pragma once

#include "lazuli/functions/tensor.h"

namespace lazuli {

// mm of two matrices, bmm of batches of them.
Tensor multiply_matrices(const Tensor& a, const Tensor& b, At at);

// a * b, broadcast, summed along `dims`, in the dtype in which the two meet; of f16 and bf16 worked
// out in f32 and rounded once.
Tensor sum_of_products(const Tensor& a, const Tensor& b, const DimList& dims, At at);

}  // namespace lazuli
