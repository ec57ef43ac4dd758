// What the losses of the catalogue (ops/nn.yaml) share. Not for users.
#pragma once

#include "lazuli/functions/tensor.h"

namespace lazuli {

// Throws TypeError where the tensor has no fractions, ValueError where it is undefined.
void check_fractions(const char* op, const char* argument, const Tensor& tensor, At at);
// The size of self - target, its slope 0 where they are equal.
Tensor distance(const Tensor& self, const Tensor& target, At at);

}  // namespace lazuli
