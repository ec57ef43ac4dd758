// The scalar functions to measure; the table is generated from ops/scalars.yaml.
#pragma once

#include <ostream>
#include <vector>

#include "lazuli/kernel/builder.h"

namespace lazuli::scalar_tests {

// What a bound holds for: fractions are the multiples of 2^-24 (f64: 2^-53) in [0, 1).
enum class Inputs { all, positive, fractions };

struct ScalarCase {
  const char* name;  // "exp", "exp_f64"
  kernel::Value (*build)(kernel::Builder& builder, kernel::Value x);
  // One of the two: a definition in f32 is compared with doubles, one in f64 with long doubles.
  double (*reference)(double x) = nullptr;
  long double (*reference_f64)(long double x) = nullptr;
  double ulp;  // the bound that the catalogue promises
  Inputs inputs;
};
const std::vector<ScalarCase>& scalar_cases();

// Functions of two scalars.
struct PairCase {
  const char* name;
  kernel::Value (*build)(kernel::Builder& builder, kernel::Value x, kernel::Value y);
  double (*reference)(double x, double y) = nullptr;
  long double (*reference_f64)(long double x, long double y) = nullptr;
  double ulp;
};
const std::vector<PairCase>& pair_cases();

inline void PrintTo(const ScalarCase& scalar, std::ostream* out) { *out << scalar.name; }
inline void PrintTo(const PairCase& scalar, std::ostream* out) { *out << scalar.name; }

}  // namespace lazuli::scalar_tests
