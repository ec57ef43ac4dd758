// The scalar functions to measure; the table is generated from ops/scalars*.yaml.
#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "lazuli/kernel/builder.h"
#include "tests/scalars/references.h"

namespace lazuli::scalar_tests {

using references::Quad;

// What a bound holds for: fractions are the multiples of 2^-24 (f64: 2^-53) in [0, 1). Of negative
// inputs an error is one of a result of at least 1: near a zero it is that of the result's parts.
enum class Inputs { all, positive, negative, fractions };

// Of a function of one scalar y is 0.
struct References {
  // Rows in double, whose error counts little beside a float's; a loop that compilers vectorise.
  void (*rows)(const double* x, const double* y, double* exact, int64_t count);
  Quad (*one)(Quad x, Quad y);
};

template <typename Function>
References references_of(Function) {
  return {[](const double* x, const double* y, double* __restrict exact, int64_t count) {
            for (int64_t i = 0; i < count; ++i) exact[i] = Function{}(x[i], y[i]);
          },
          [](Quad x, Quad y) { return Function{}(x, y); }};
}

struct ScalarCase {
  const char* name;  // "exp", "exp_f64"
  kernel::Type type;
  bool is_pair;
  kernel::Value (*build)(kernel::Builder& builder, kernel::Value x, kernel::Value y);
  References reference;
  Inputs inputs;
  double ulp;  // the bound that the catalogue promises
};
const std::vector<ScalarCase>& scalar_cases();

inline void PrintTo(const ScalarCase& scalar, std::ostream* out) { *out << scalar.name; }

}  // namespace lazuli::scalar_tests
