// The oracle: runs a kernel one element and one instruction at a time, straight from the words of
// kernel.h and primitives.h. Slow and plain on purpose; shares nothing with any executor but the
// definition of each primitive on single values.
#pragma once

#include <memory>

#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::fuzz {

// Phase::whole only.
std::unique_ptr<kernel::Program> make_reference(const kernel::Kernel& kernel);

}  // namespace lazuli::fuzz
