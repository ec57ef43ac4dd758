// Moves a block of elements from one place in memory to another that lies otherwise: turned, or at
// other steps. Knows nothing of kernels and types: an element is 1, 2, 4 or 8 bytes.
#pragma once

#include <cstdint>

namespace lazuli::cpu {

// Where the elements of a block lie; strides in bytes, of any sign, also 0 in what is read.
struct BlockPlace {
  char* base = nullptr;
  int64_t row_stride = 0;
  int64_t column_stride = 0;
};

// Touches no byte outside the elements. The places do not overlap.
void move_block(const BlockPlace& to, const BlockPlace& from, int64_t rows, int64_t columns,
                int size);

}  // namespace lazuli::cpu
