// Prints the error of each scalar function over every float:  ulp [name] [stride]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/scalars/measure.h"

int main(int argc, char** argv) {
  using namespace lazuli::scalar_tests;
  const std::string only = argc > 1 ? argv[1] : "";
  const uint64_t stride = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::printf("%-10s %10s %-16s %8s %8s %12s %s\n", "function", "worst ulp", "at", "bound", "wrong",
              "inputs", "primitives");
  for (const ScalarCase& scalar : scalar_cases()) {
    if (!only.empty() && only != scalar.name) continue;
    const Measured measured = measure(scalar, stride);
    std::printf("%-10s %10.4f %-16a %8.2f %8llu %12llu %d\n", scalar.name, measured.worst,
                measured.worst_at, scalar.ulp, static_cast<unsigned long long>(measured.mistakes),
                static_cast<unsigned long long>(measured.count), measured.instructions);
    std::fflush(stdout);
  }
}
