// Sizes, strides, numbers and memory for a random kernel.
#pragma once

#include "random.h"
#include "random_kernel.h"

namespace lazuli::fuzz {

// A value of the type with a taste for the edges.
uint64_t random_bits(Random& random, kernel::Type type);

// One of the values at which primitives and identities differ.
uint64_t random_edge(Random& random, kernel::Type type);

// Fills in everything of the case but its kernel.
void add_launch(Random& random, KernelCase& one);

}  // namespace lazuli::fuzz
