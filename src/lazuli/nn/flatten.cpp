#include "lazuli/nn/flatten.h"

#include <ostream>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

void IdentityImpl::pretty_print(std::ostream& out) const { out << "Identity()"; }

Tensor FlattenImpl::forward(const Tensor& input, At at) {
  LZ_CHECK_AT(input.defined(), ValueError, at, "Flatten: input is undefined");
  const Shape& sizes = input.sizes();
  const int first = wrap_dim("Flatten", start_dim, sizes.rank(), at);
  const int last = wrap_dim("Flatten", end_dim, sizes.rank(), at);
  LZ_CHECK_AT(first <= last, ValueError, at,
              "Flatten: need a start_dim that does not come after end_dim; got {} and {} for {}",
              start_dim, end_dim, to_string(sizes));
  Shape flat;
  int64_t joined = 1;
  for (int dim = 0; dim < sizes.rank(); ++dim) {
    if (dim < first || dim > last)
      flat.push_back(sizes[dim]);
    else
      joined *= sizes[dim];
    if (dim == last) flat.push_back(joined);
  }
  return reshape(input, sizes.rank() == 0 ? Shape{1} : flat, at);
}
void FlattenImpl::pretty_print(std::ostream& out) const {
  out << "Flatten(start_dim=" << start_dim << ", end_dim=" << end_dim << ")";
}

}  // namespace lazuli::nn
