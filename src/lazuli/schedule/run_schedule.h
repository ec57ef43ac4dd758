// Runs a schedule over plain memory as the executor does, and distrusts it:
// every access is checked against its buffer, fresh memory is poisoned, tasks run in a random order
// and kernels are cut into random boxes. For tests.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/schedule/evaluate_directly.h"
#include "lazuli/schedule/schedule.h"

namespace lazuli::schedule {

struct RunOptions {
  MakeProgram make_program = nullptr;
  bool donates = false;     // outputs take over what memories they may, each offered by chance
  bool offers_all = false;  // all of them are offered
  uint64_t seed = 0;        // of the order of tasks and of the memories offered
};

struct RunResult {
  bool failed = false;         // an index was out of range; there are no outputs then
  std::vector<Array> outputs;  // as Graph::outputs
  int donations = 0;
};

// Throws InternalError where the schedule breaks a rule of schedule.h, backend.h or arguments.h, or
// changes a parameter that gave no memory away.
RunResult run_schedule(const Schedule& schedule, const GraphCase& one, const RunOptions& options);

}  // namespace lazuli::schedule
