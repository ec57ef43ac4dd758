// What the printer gives the verifier. Private to this folder.
#pragma once

#include <string>

#include "lazuli/kernel/kernel.h"

namespace lazuli::kernel {

// The instruction at `place` as to_string writes it, without indentation. Works on kernels that
// break rules, as long as their enumerations are in range.
std::string line_of(const Kernel& kernel, size_t place);

}  // namespace lazuli::kernel
