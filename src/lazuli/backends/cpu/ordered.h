// Accesses of Step::turned, brought in order by the launch: a tile of the domain at a time is moved
// into the task's own memory, where the program reads and writes neighbouring elements (written
// ones move back). Each cache line is touched once, and no program goes element by element. Moving
// knows no types, so no bit depends on it.
//
// Only in Form::rows: a fold along the depth would need all of it at once. Programs read near steps
// themselves, which is faster.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/backend/backend.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::cpu {

struct OrderedAccess {
  int32_t access = 0;
  int32_t size = 0;  // of an element
  bool written = false;
};

// Makes Step::turned a Step::unit where launches can bring the access in order, and gives those.
std::vector<OrderedAccess> put_in_order(kernel::Kernel& kernel);

// How much of a box's rows and columns moves at a time; no rows where nothing needs to.
struct Tile {
  int64_t rows = 0;
  int64_t columns = 0;
};
Tile tile_of(const std::vector<OrderedAccess>& ordered, bool has_reduction,
             const backend::Instance& instance);

// Runs the program over a box, tile by tile, down the rows first, since lines of memory lie along
// them. Of a box in Phase::partial, chunk by chunk.
void run_in_tiles(const kernel::Program& program, const std::vector<OrderedAccess>& ordered,
                  int accesses, bool has_reduction, const Tile& tile, const kernel::Arguments& box);

}  // namespace lazuli::cpu
