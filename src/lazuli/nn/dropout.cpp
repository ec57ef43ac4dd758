#include "lazuli/nn/dropout.h"

#include <ostream>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

DropoutImpl::DropoutImpl(double probability) : p(probability) {
  LZ_CHECK(p >= 0 && p <= 1, ValueError, "Dropout: need a p from 0 to 1; got {}", p);
}

Tensor DropoutImpl::forward(const Tensor& input, At at) {
  return dropout(input, p, is_training(), at);
}

void DropoutImpl::pretty_print(std::ostream& out) const { out << "Dropout(p=" << p << ")"; }

}  // namespace lazuli::nn
