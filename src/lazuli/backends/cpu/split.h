// How one instance of a launch is cut for several threads. Pure arithmetic; the kernel's contract
// says that no bit depends on it.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/backend/backend.h"
#include "lazuli/backends/cpu/cost.h"
#include "lazuli/backends/cpu/ordered.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::cpu {

// What matters of a kernel for cutting it.
struct Traits {
  kernel::Form form = kernel::Form::rows;
  bool has_reduction = false;
  int loops = 1;
  int reduces = 0;
  Cost cost;
  std::vector<OrderedAccess> ordered = {};  // what launches bring in order
};
Traits traits_of(const kernel::Kernel& kernel, double lanes,
                 std::vector<OrderedAccess> ordered = {});

// Each box of the outer dimensions in row_parts x column_parts units.
struct Split {
  int64_t rows = 0;  // of a unit; the last ones may have fewer
  int64_t columns = 0;
  int64_t row_parts = 1;
  int64_t column_parts = 1;
  double unit_seconds = 0;
  int64_t units_a_box() const { return row_parts * column_parts; }
};

// One unit a box.
Split whole(const Traits& traits, const backend::Instance& instance);
// Units of about `seconds`, if the box can be cut so finely: by rows, then by columns; where tiles
// are turned, by columns, then by rows, both in whole tiles.
Split split(const Traits& traits, const backend::Instance& instance, double seconds, int threads);
// Chunks of the folded axis; 1 where there is no reduction.
int64_t chunks_of(const Traits& traits, const backend::Instance& instance);
// Whether the instance is better cut along the axis that it folds: it offers fewer units than the
// threads need, or only pieces of rows.
bool needs_chunks(const Traits& traits, const backend::Instance& instance, int threads);

}  // namespace lazuli::cpu
