// The ordered steps with what they read and write, before memory is planned. Private to this
// folder.
#pragma once

#include <vector>

#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {

// What one instance of a kernel step touches.
struct Touched {
  std::vector<Load> loads;
  std::vector<Load> stores;
};

struct OrderedStep {
  Step step;
  std::vector<Touched> instances;  // kernel steps
  std::vector<uint32_t> reads;     // storages; kernel steps, too
  int32_t copies = -1;             // a copy: the storage that it copies from
};

struct OrderedSteps {
  std::vector<OrderedStep> steps;
  std::vector<kernel::Kernel> kernels;
  uint32_t commit_step = 0;
};

OrderedSteps order_steps(Draft& draft);

// Fills the schedule's buffers: places of temporaries, donors of outputs. A temporary may become
// part of an output.
void plan_memory(const Draft& draft, OrderedSteps& ordered, Schedule& schedule);

}  // namespace lazuli::schedule
