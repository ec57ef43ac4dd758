// The inputs that scalar functions are measured at, each by its number from 0 on: the same
// everywhere.
#pragma once

#include <cstdint>

#include "tests/scalars/measure.h"

namespace lazuli::scalar_tests {

// How many there are of a function: every float (of fractions, every one of them) where it has one
// operand in f32; else as many as wanted.
bool is_exhaustive(const ScalarCase& scalar);
uint64_t input_count(const ScalarCase& scalar);

// In f64 by turns: any bits; sizes from 2^-30 to 2^11; evenly from -40 to 40; ever closer to
// landmarks, where definitions change their formula and where results are 0, 1, least or largest:
// halves, quarters of a turn, powers of 2, the limits of exp. Of two operands every pair of special
// values, then by turns any bits, numbers of ordinary size, and numbers near 1 with large ones.
void fill_inputs(const ScalarCase& scalar, uint64_t first, uint64_t stride, int64_t count,
                 double* x, double* y);

}  // namespace lazuli::scalar_tests
