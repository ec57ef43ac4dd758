// What a row says of its kernel beside its time, so that a report can name the kernel's limit: the
// bytes that it must move and the primitives that it must issue.
#pragma once

#include <benchmark/benchmark.h>

namespace lazuli::bench {

// For one iteration of the row: `bytes` to and from memory, of a working set that `level` (a number
// of bytes) is about, and `primitives` of one f32 each.
inline void set_traffic(benchmark::State& state, double bytes, double working_set,
                        double primitives, int threads) {
  state.counters["bytes"] = bytes;
  state.counters["working_set"] = working_set;
  state.counters["primitives"] = primitives;
  state.counters["threads"] = threads;
}

}  // namespace lazuli::bench
