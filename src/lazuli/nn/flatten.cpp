#include "lazuli/nn/flatten.h"

#include <ostream>

#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

void IdentityImpl::pretty_print(std::ostream& out) const { out << "Identity()"; }

Tensor FlattenImpl::forward(const Tensor& input, At at) {
  return flatten(input, start_dim, end_dim, at);
}
void FlattenImpl::pretty_print(std::ostream& out) const {
  out << "Flatten(start_dim=" << start_dim << ", end_dim=" << end_dim << ")";
}

}  // namespace lazuli::nn
