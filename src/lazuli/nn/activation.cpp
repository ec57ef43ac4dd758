#include "lazuli/nn/activation.h"

namespace lazuli::nn {

Tensor ReLUImpl::forward(const Tensor& input) { return input.relu(); }

Tensor TanhImpl::forward(const Tensor& input) { return input.tanh(); }

}  // namespace lazuli::nn
