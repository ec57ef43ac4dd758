// The threads that share one launch. A thread that opens a region never waits for helpers that
// have not come: it works itself, and at the end waits only for those in the middle of a task. So
// a region on a busy machine costs what it costs alone, where an OpenMP region waits for every
// thread of its team to get a processor (8 ms a region beside one busy process on two cores).
// Libraries with threads of their own (OpenBLAS) are called with one thread, inside tasks.
#pragma once

#include <cstdint>

#include "lazuli/base/function_ref.h"

namespace lazuli::runtime {

// LAZULI_THREADS, or the processors that this process may run on.
int thread_count();
// For programs that choose at run time; at least 1. Takes effect at the next region.
void set_thread_count(int count);

// Calls task(i) for every i in [0, count), each once, by up to thread_count() threads. A thread
// goes through a range of its own, the same one in each region of so many threads, so that what
// follows finds its data in that thread's cache; then it takes what is left of the others' ranges.
// Runs on the caller alone when count is 1, there is one thread, or the team is taken: by a region
// around this one, or by another thread. `task` does not throw.
void parallel_for(int64_t count, FunctionRef<void(int64_t)> task);

}  // namespace lazuli::runtime
