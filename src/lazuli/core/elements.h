// Elements in memory compared by their bits, where all NaNs are equal. Knows no layout: elements
// lie one after another.
#pragma once

#include <cstdint>

#include "lazuli/core/dtype.h"

namespace lazuli {

// Whether the bits of an element are those of a NaN.
bool is_nan(DType dtype, uint64_t bits);

// The place of the first of `count` elements that differs, -1 for none.
int64_t first_difference(DType dtype, const void* a, const void* b, int64_t count);

}  // namespace lazuli
