// Runs a scalar function over many inputs and compares it with its reference.
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
  double largest = 0;    // size of a finite result
  int instructions = 0;  // primitives that run for each element

  void join(const Measured& other);
};

// Every `stride`th of the inputs from `first` up to `last`; inputs.h says what they are.
struct Range {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t stride = 1;
};

// `known`: an error that another range has; smaller ones are not looked at.
Measured measure(const ScalarCase& scalar, const Range& range, double known = 0);

}  // namespace lazuli::scalar_tests
