// What Lazuli throws, as PyTorch's errors: a ValueError, TypeError or IndexError of the same name,
// OutOfMemoryError, and for everything else a RuntimeError. Knows no operator.
#pragma once

#include <utility>

#include "lazuli/base/error.h"

namespace lazuli::torch {

// Throws the lazuli::Error that is being handled again, as PyTorch's; its message begins with `op`.
[[noreturn]] void rethrow(const char* op);

// Does `work`, which calls Lazuli for the operator `op`.
template <typename Work>
decltype(auto) translated(const char* op, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error&) {
    rethrow(op);
  }
}

}  // namespace lazuli::torch
