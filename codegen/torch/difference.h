// What another version of native_functions.yaml means for a back end: for a person who upgrades.
#pragma once

#include "codegen/torch/backend.h"

namespace lazuli::codegen::torch {

// A catalogue of PyTorch's and the families of its operators.
struct Version {
  const NativeFunctions& functions;
  const Families& families;
};

// What is different in `next` of the operators that the back end lists and of their families: gone,
// called otherwise, generated otherwise, new variants and new overloads. `backend` was read with
// `now`; each is told where it lists the operator.
Problems difference(const Version& now, const Version& next, const Backend& backend);

}  // namespace lazuli::codegen::torch
