// Records operations and runs them: the one door from tensors to everything below. It chooses the
// tape, decides when to evaluate, finds or makes the plan, and delivers values and faults. It takes
// values and calls; it never sees a variable.
#pragma once

#include <cstdint>
#include <string>

#include "lazuli/trace/tape.h"
#include "lazuli/trace/value.h"

namespace lazuli::exec {

// Records on the tape that holds the pending operands, else on the caller's own. Throws what
// op::infer throws, nothing changed.
Ref<trace::Value> record(const trace::Call& call);

// The step mark: queues everything pending on the caller's tape and on the one that it last
// recorded on, without waiting. Throws the DeviceError of an earlier run that nobody has read, if a
// value that it spoiled is still alive.
void eval();

// Evaluates the tape that `value` is pending on, if any, and waits for this value alone. Throws
// DeviceError when it is spoiled, after every variable that the fault reached has been put back.
void read(trace::Value& value);

// Evaluates the tape that `value` is pending on, if any, without waiting.
void evaluate(trace::Value& value);

// Notes that `holder` held `before`, an evaluated value, until an in-place write made it `now`.
void note_replaced(const trace::Holder& holder, Ref<trace::Value> before, const trace::Value& now);

// Waits until the device has nothing left to do.
void drain();

// The default generator: a seed and a counter of Philox blocks (four numbers each).
uint64_t random_seed();
uint64_t take_random(int64_t blocks);  // the first of so many blocks, nobody else's
void manual_seed(uint64_t seed);

// What the device's caches hold, in bytes: for tests of their bounds.
struct CacheBytes {
  int64_t trie = 0;
  int64_t plans = 0;
  int64_t kernels = 0;
};
CacheBytes cache_bytes();

}  // namespace lazuli::exec
