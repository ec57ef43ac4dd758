// Memory for gradient nodes, whose size differs from call to call: pools of a few sizes. Memory may
// be given back on another thread than it was taken on.
#pragma once

#include <cstddef>

namespace lazuli::autograd {

// Uninitialised, aligned for any object.
void* take_memory(size_t bytes);
// `bytes` as at take_memory.
void give_memory(void* memory, size_t bytes) noexcept;

}  // namespace lazuli::autograd
