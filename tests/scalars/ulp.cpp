// Prints the error of each scalar function over every float, of two scalars over as many pairs:
//   ulp [name] [stride]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/scalars/measure.h"

namespace {

void print(const char* name, double bound, const lazuli::scalar_tests::Measured& measured) {
  std::printf("%-10s %10.4f %16a %16a %8.2f %8llu %16a %16a %12llu %d\n", name, measured.worst,
              measured.worst_at.x, measured.worst_at.y, bound,
              static_cast<unsigned long long>(measured.mistakes), measured.mistake_at.x,
              measured.mistake_at.y, static_cast<unsigned long long>(measured.count),
              measured.instructions);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lazuli::scalar_tests;
  const std::string only = argc > 1 ? argv[1] : "";
  const uint64_t stride = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::printf("%-10s %10s %16s %16s %8s %8s %16s %16s %12s %s\n", "function", "worst ulp", "at x",
              "y", "bound", "wrong", "at x", "y", "inputs", "primitives");
  for (const ScalarCase& scalar : scalar_cases()) {
    if (only.empty() || only == scalar.name)
      print(scalar.name, scalar.ulp, measure(scalar, stride));
  }
  for (const PairCase& pair : pair_cases()) {
    if (!only.empty() && only != pair.name) continue;
    print(pair.name, pair.ulp, measure(pair, (uint64_t{1} << 32) / stride));
  }
}
