// Runs a random kernel in guarded memory, whole or cut as threads would cut it.
#pragma once

#include <string>
#include <vector>

#include "random_kernel.h"

namespace lazuli::fuzz {

enum class Cut {
  none,
  boxes,  // at random rows and columns, where that may be done
  chunks  // partial and finish, where the kernel allows it
};

struct Outcome {
  std::vector<std::vector<char>> memories;  // of written accesses, NaNs made equal; else empty
  bool fault = false;
};

Outcome execute(const kernel::Program& program, const kernel::Kernel& kernel, const KernelCase& one,
                Cut cut);

// The first difference in words; empty where there is none.
std::string difference(const Outcome& expected, const Outcome& actual, const KernelCase& one);

uint64_t digest(const Outcome& outcome);

}  // namespace lazuli::fuzz
