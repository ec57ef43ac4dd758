// Runs a scalar function over many floats and compares it with its reference.
#pragma once

#include <cstdint>

#include "tests/scalars/scalar_cases.h"

namespace lazuli::scalar_tests {

// The operands of one result; of a function of one scalar the second is 0.
struct Place {
  double x = 0;
  double y = 0;
};

struct Measured {
  uint64_t count = 0;
  double worst = 0;  // ulp of the result
  Place worst_at;
  uint64_t mistakes = 0;  // NaN, infinity or sign (also a zero's) other than the reference's
  Place mistake_at;
  uint64_t above_one = 0;  // results beyond 1 and -1
  int instructions = 0;    // primitives that run for each element
};

// Of all 2^32 floats (or 2^24 fractions) those whose bits are a multiple of `stride`. Of f64 as
// many: every second spread over all bits, the others over those of 2^-30 to 2^11, and the special
// values.
Measured measure(const ScalarCase& scalar, uint64_t stride);
// Every pair of special values (zeros, ones, infinities, NaN, the smallest and the largest, small
// whole numbers and their halves), then `count` pairs: by turns floats of any bits, numbers of
// ordinary size, and numbers near 1 with large ones.
Measured measure(const PairCase& scalar, uint64_t count);

}  // namespace lazuli::scalar_tests
