// Copies elements between places in host memory that lie differently. Knows bytes and strides
// alone.
#pragma once

#include <cstdint>

#include "lazuli/core/layout.h"

namespace lazuli {

// From source[source_layout] to target[target_layout], of equal shapes; addresses are those of the
// memory's start, before the layouts' offsets. The two may not overlap.
void copy_strided(void* target, const Layout& target_layout, const void* source,
                  const Layout& source_layout, int64_t element_size);

}  // namespace lazuli
