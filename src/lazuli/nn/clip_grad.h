// Gradients held within bounds, in place. Names are libtorch's nn::utils.
#pragma once

#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli::nn::utils {

// Scales the gradients of all parameters by one factor so that the norm of all their elements
// together is at most max_norm (exactly: by max_norm / (norm + 1e-6) where that is below 1). Gives
// the norm that they had, a tensor; with a norm that is infinite or NaN the gradients become 0 or
// NaN, as in PyTorch. norm_type is 1, 2 or infinity. Throws ValueError for another, and for a
// max_norm below 0. Parameters without a gradient are passed over.
Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2,
                       LZ_AT);

// Brings every element of the gradients into [-clip_value, clip_value]; a NaN stays. Throws
// ValueError below 0.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value, LZ_AT);

}  // namespace lazuli::nn::utils
