// What the sources that `lazuli-gen torch` writes include: the names that they call, all in
// lazuli::torch.
#pragma once

#include "torch/arguments.h"
#include "torch/fallback.h"
#include "torch/node.h"
#include "torch/results.h"
