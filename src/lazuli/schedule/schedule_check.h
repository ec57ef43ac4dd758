// Compares a schedule's results with what the graph means, to the bit. For tests.
#pragma once

#include <string>

#include "lazuli/schedule/evaluate_directly.h"
#include "lazuli/schedule/schedule.h"

namespace lazuli::schedule {

struct CheckStatistics {
  int64_t nodes = 0;
  int64_t steps = 0;  // fused
  int64_t unfused_steps = 0;
  int64_t donations = 0;
  int64_t failures = 0;  // cases with an index out of range
};

// Runs the case directly, unfused, fused, fused after the graph's passes, with and without
// donations; `seed` chooses orders and cuts. Kernels are run as `tested` makes them, the direct
// evaluation's as `reference` does. Returns "" or a report of the first difference.
std::string check_case(const GraphCase& one, uint64_t seed, MakeProgram tested,
                       MakeProgram reference, CheckStatistics* statistics = nullptr);

}  // namespace lazuli::schedule
