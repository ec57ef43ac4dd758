// Random kernels with everything that a launch of them needs, from one number each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::fuzz {

// The memory of an access: `bytes` as they are before the launch, the access's base at `origin`.
struct Memory {
  std::vector<char> bytes;
  int64_t origin = 0;
};

struct KernelCase {
  uint64_t seed = 0;
  kernel::Kernel kernel;
  int64_t rows = 1;
  int64_t columns = 1;
  int64_t depth = 1;
  std::vector<uint64_t> numbers;
  // By access. Bases are null but for ramps; the memory says where they are to point.
  std::vector<kernel::AccessArguments> accesses;
  std::vector<Memory> memories;
};

// A kernel as no one would write it (dead code, constants computed with, nothing hoisted), with any
// primitive, combine, form, step and size that the rules allow. It verifies.
KernelCase random_case(uint64_t seed);

// The kernel as a Builder writes it: simpler, with the same results.
kernel::Kernel rebuild(const kernel::Kernel& kernel);

// Seed, sizes, strides and text, for a report.
std::string describe(const KernelCase& one, const kernel::Kernel& kernel);

}  // namespace lazuli::fuzz
