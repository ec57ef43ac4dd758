#include "lazuli/nn/linear.h"

#include <cmath>
#include <ostream>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/nn/init.h"

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

Tensor LinearImpl::forward(const Tensor& input, At at) { return linear(input, weight, bias, at); }

void LinearImpl::pretty_print(std::ostream& out) const {
  out << "Linear(in_features=" << options.in_features()
      << ", out_features=" << options.out_features()
      << ", bias=" << (options.bias() ? "true" : "false") << ")";
}

void LinearImpl::reset_parameters() {
  // He's uniform initialization with a = sqrt(5), which libtorch takes for both.
  const double bound = 1 / std::sqrt(static_cast<double>(options.in_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

}  // namespace lazuli::nn
