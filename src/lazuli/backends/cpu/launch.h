// Runs a program over the instances of a launch: on the caller where that is quicker, else cut
// into tasks for the thread team. From a queue's current thread.
#pragma once

#include <atomic>
#include <span>

#include "lazuli/backend/backend.h"
#include "lazuli/backends/cpu/split.h"
#include "lazuli/kernel/arguments.h"

namespace lazuli::cpu {

// A program with what a launch must know of its kernel.
struct Work {
  const kernel::Program* program = nullptr;
  int accesses = 0;
  Traits traits;
};

double estimate_seconds(const Traits& traits, std::span<const backend::Instance> instances);

void launch(const Work& work, std::span<const backend::Instance> instances,
            std::atomic<uint32_t>* fault);

}  // namespace lazuli::cpu
