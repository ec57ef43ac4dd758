// Runs a scalar function over many floats and compares it with its reference.
#pragma once

#include <cstdint>

#include "tests/scalars/scalar_cases.h"

namespace lazuli::scalar_tests {

// The operands of one result; of a function of one scalar the second is 0.
struct Place {
  float x = 0;
  float y = 0;
};

struct Measured {
  uint64_t count = 0;
  double worst = 0;  // ulp of the f32 result
  Place worst_at;
  uint64_t mistakes = 0;  // NaN, infinity or sign (also a zero's) other than the reference's
  Place mistake_at;
  uint64_t above_one = 0;  // results beyond 1 and -1
  int instructions = 0;    // primitives that run for each element
};

// Of all 2^32 floats (or 2^24 fractions) those whose bits are a multiple of `stride`.
Measured measure(const ScalarCase& scalar, uint64_t stride);
// Every pair of special values (zeros, ones, infinities, NaN, the smallest and the largest, small
// whole numbers and their halves), then `count` pairs: by turns floats of any bits, numbers of
// ordinary size, and numbers near 1 with large ones.
Measured measure(const PairCase& scalar, uint64_t count);

}  // namespace lazuli::scalar_tests
