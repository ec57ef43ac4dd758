// Modules that change no element.
#pragma once

#include <cstdint>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

// The input itself.
class IdentityImpl : public Module {
 public:
  Tensor forward(const Tensor& input) { return input; }
  void pretty_print(std::ostream& out) const override;
};

// The dimensions from start_dim to end_dim as one.
class FlattenImpl : public Module {
 public:
  explicit FlattenImpl(int64_t first = 1, int64_t last = -1) : start_dim(first), end_dim(last) {}
  // Throws IndexError for a dimension that the input does not have, ValueError where end_dim comes
  // before start_dim.
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const int64_t start_dim;
  const int64_t end_dim;
};

LZ_MODULE(Identity);
LZ_MODULE(Flatten);

}  // namespace lazuli::nn
