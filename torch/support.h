// What the sources that `lazuli-gen torch` writes include: the names that they call, all in lazuli::torch.
#pragma once

#include <torch/library.h>

#include "torch/arguments.h"
#include "torch/fallback.h"
#include "torch/node.h"
#include "torch/results.h"

namespace lazuli::torch {

using ::torch::Library;  // PyTorch's macros say torch::Library, which inside this namespace means this one

}  // namespace lazuli::torch
