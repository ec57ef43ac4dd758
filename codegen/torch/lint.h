// What is allowed in a back end's file and yet worth a change: lists out of order, operators that
// follow from others or that PyTorch has newer ones for.
#pragma once

#include "codegen/torch/backend.h"

namespace lazuli::codegen::torch {

void lint(const Backend& backend, const NativeFunctions& functions, const Families& families,
          Problems& problems);

}  // namespace lazuli::codegen::torch
