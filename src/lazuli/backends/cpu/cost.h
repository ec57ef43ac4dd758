// How long a kernel takes, to within a factor of two or so: enough to decide who runs it and how
// finely it is cut. No bit of a result depends on it.
#pragma once

#include <cstddef>

#include "lazuli/backend/backend.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::cpu {

struct Cost {          // seconds
  double run = 0;      // each run of the program
  double point = 0;    // each row (Form::rows), or each row and column (Form::columns)
  double element = 0;  // each element that the loops run over
};

// `lanes`: 4-byte elements that one instruction of the executor is worth. `ordered`: accesses that
// the launch brings in order first.
Cost cost_of(const kernel::Kernel& kernel, double lanes, size_t ordered);

inline double seconds_of_box(const Cost& cost, kernel::Form form, int64_t rows, int64_t columns,
                             int64_t depth) {
  const auto all = static_cast<double>(rows) * static_cast<double>(columns);
  return form == kernel::Form::rows
             ? cost.run + cost.point * static_cast<double>(rows) + cost.element * all
             : cost.run + (cost.point + cost.element * static_cast<double>(depth)) * all;
}

inline int64_t boxes_of(const backend::Instance& instance) {
  int64_t boxes = 1;
  for (int i = 0; i < instance.outer_rank; ++i) boxes *= instance.outer[i];
  return boxes;
}

}  // namespace lazuli::cpu
