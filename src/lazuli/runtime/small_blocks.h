// Blocks of up to 32 KiB: lists of free blocks, one set a thread, so that taking and giving touch
// nothing shared. A thread keeps a bounded number of each size and passes the surplus, half a list
// at a time, to a bounded store that all threads share; what exceeds that goes back to the system.
// So a block may be given by any thread, and a thread that ends leaves nothing behind.
#pragma once

#include <cstdint>

#include "lazuli/runtime/size_class.h"

namespace lazuli::runtime::small_blocks {

// What a block is used for: only tensors count as memory in use.
enum class Use : uint32_t { tensor, object };

// Null when the system has no memory. `size_class` < kSmallClasses.
char* take(int size_class, Use use) noexcept;
// With the size class and use that it was taken with.
void give(char* block, int size_class, Use use) noexcept;

struct Totals {
  int64_t tensors = 0;  // bytes in use by tensors
  int64_t cached = 0;   // bytes in the lists of all threads and in the shared store
};
Totals totals();
// The bytes in use by tensors, cheaply: threads bring their part up to date with each half list.
int64_t tensors_about();
// Gives the shared store and the calling thread's lists back to the system.
void trim();

}  // namespace lazuli::runtime::small_blocks
