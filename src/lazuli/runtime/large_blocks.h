// Blocks above 32 KiB, taken from the system one by one and kept, when given back, up to a bound;
// the longest unused ones go first. Blocks of 2 MiB and more start at a multiple of 2 MiB and ask
// for huge pages.
#pragma once

#include <cstdint>

#include "lazuli/runtime/size_class.h"

namespace lazuli::runtime::large_blocks {

// Null when the system has no memory. `size_class` >= kSmallClasses.
char* take(int size_class) noexcept;
// Keeps the block, then drops old ones until at most `bound` bytes are kept.
void give(char* block, int size_class, int64_t bound) noexcept;
int64_t cached();
void trim();

}  // namespace lazuli::runtime::large_blocks
