// One operator of PyTorch taken apart: what its schema says, which family it belongs to, and what
// would be generated for it and why.
#pragma once

#include <string>

#include "codegen/torch/code.h"

namespace lazuli::codegen::torch {

// With a back end, as that lists the operator; without one, as a device of the key PrivateUse1
// could.
std::string show(const Generation& generation, const NativeFunction& function);

}  // namespace lazuli::codegen::torch
