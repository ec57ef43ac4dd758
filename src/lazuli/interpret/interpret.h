// The tile interpreter: runs any kernel on any machine, 512 elements at a time. It is the oracle
// that machine code is compared with, bit by bit.
#pragma once

#include <memory>

#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::interpret {

std::unique_ptr<kernel::Program> make_program(const kernel::Kernel& kernel);

}  // namespace lazuli::interpret
