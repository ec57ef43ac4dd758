// LAZULI_VERIFY=reference: a launch is run twice from the same memory, and what it wrote compared.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/base/function_ref.h"
#include "lazuli/core/dtype.h"

namespace lazuli::exec {

struct WrittenMemory {
  char* data = nullptr;
  int64_t bytes = 0;
  DType dtype = DType::boolean;  // of the elements
};

// Runs `launch`, puts the memory back, runs `reference`, and throws InternalError with the first
// element that differs. The memory holds what `reference` wrote.
void verify_against_reference(const std::vector<WrittenMemory>& written, FunctionRef<void()> launch,
                              FunctionRef<void()> reference);

}  // namespace lazuli::exec
