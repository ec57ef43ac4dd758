// The kernels that a back end's author writes: whether they are there, so that a miss is told by
// name and signature instead of by the linker.
#pragma once

#include <string>

#include "codegen/torch/code.h"

namespace lazuli::codegen::torch {

// Looks for the definitions of the kernels under `supported` and `autograd` in C++ text. One that
// is missing, or takes other arguments, is a problem at the operator's place in the back end's
// file.
void check_hand_written(const Generation& generation, const std::string& text, Problems& problems);

}  // namespace lazuli::codegen::torch
