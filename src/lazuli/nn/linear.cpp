#include "lazuli/nn/linear.h"

#include <cmath>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

LinearImpl::LinearImpl(const LinearOptions& chosen) : options(chosen) {
  const int64_t in = options.in_features();
  const int64_t out = options.out_features();
  LZ_CHECK(in >= 1 && out >= 1, ValueError, "Linear: need at least 1 feature; got {} in, {} out",
           in, out);
  weight = register_parameter("weight", empty({out, in}));
  if (options.bias()) bias = register_parameter("bias", empty({out}));
  reset_parameters();
}

Tensor LinearImpl::forward(const Tensor& input) { return linear(input, weight, bias); }

void LinearImpl::reset_parameters() {
  const NoGradGuard no_grad;
  // He's uniform initialization with a = sqrt(5), which libtorch takes for both.
  const double bound = 1 / std::sqrt(static_cast<double>(options.in_features()));
  for (Tensor* parameter : {&weight, &bias}) {
    if (parameter->defined()) parameter->copy_(rand(parameter->sizes()) * (2 * bound) - bound);
  }
}

}  // namespace lazuli::nn
