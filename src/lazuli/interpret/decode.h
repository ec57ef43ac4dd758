// Turns a kernel into flat code over tiles: every value gets a place in scratch, every instruction
// a function. Private to this folder.
#pragma once

#include <span>
#include <vector>

#include "lazuli/interpret/tile_operations.h"

namespace lazuli::interpret {

// A reduction of the kernel and where its parts lie. In Form::rows its accumulator is the L lanes
// of the definition next to each other; in Form::columns it is L tiles, since each column has its
// own.
struct Reduction {
  Place value;  // what is folded
  Place result;
  int64_t limit = kTile;    // lanes of the result, as in Operation
  int64_t accumulator = 0;  // offset
  int64_t order = 0;        // among the reductions of its loop
  kernel::Type type = kernel::Type::f32;
  kernel::Combine combine = kernel::Combine::sum;
  Function join_two = nullptr;  // the combine of two tiles
  RowReduction in_row;          // Form::rows
};

struct Section {
  uint32_t first = 0;  // operations[first, last)
  uint32_t last = 0;
  uint32_t first_reduction = 0;  // of a loop
  uint32_t last_reduction = 0;
};

struct Code {
  kernel::Form form = kernel::Form::rows;
  int64_t width = kTile;  // most columns of a tile
  std::vector<Operation> operations;
  std::vector<Section> sections;  // as the kernel's blocks
  std::vector<Reduction> reductions;
  // Scratch is these bytes, then joined chunks: tiles of `chunk_tile_bytes`, one for each
  // level of their tree and each reduction of a loop.
  int64_t fixed_bytes = 0;
  int64_t chunk_tile_bytes = 0;
  int64_t most_reductions = 0;  // of one loop
};

Code decode(const kernel::Kernel& kernel, const TileOperations& functions);

}  // namespace lazuli::interpret
