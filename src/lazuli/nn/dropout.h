// Elements left out at random while training.
#pragma once

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

// While training each element is 0 with probability p, else divided by 1 - p; the input itself
// otherwise.
class DropoutImpl : public Module {
 public:
  // Throws ValueError for a p outside 0 to 1.
  explicit DropoutImpl(double p = 0.5);

  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double p;
};

LZ_MODULE(Dropout);

}  // namespace lazuli::nn
