// The threads that share one launch. One runtime in the process: OpenMP's pool (libgomp), which
// OpenBLAS shares; under the thread sanitizer plain threads, because libgomp is not instrumented.
// Only a queue's current thread opens a parallel region.
#pragma once

#include <cstdint>

#include "lazuli/base/function_ref.h"

namespace lazuli::runtime {

// LAZULI_THREADS, or the processors that this process may run on.
int thread_count();
// For programs that choose at run time; at least 1. Takes effect at the next region.
void set_thread_count(int count);

// Calls task(i, thread) for every i in [0, count), each once, taken dynamically in order by up to
// thread_count() threads; `thread` in [0, thread_count()). Runs on the caller alone when count is
// 1 or there is one thread. `task` does not throw.
void parallel_for(int64_t count, FunctionRef<void(int64_t, int)> task);

}  // namespace lazuli::runtime
