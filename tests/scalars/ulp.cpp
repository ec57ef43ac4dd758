// Measures the error of each scalar function and prints a table, the worst first:
//   ulp [--threads N] [--sample N] [name...]
// Of one operand in f32 over every float; else over a sample of 2^22 inputs (in f32 2^26). --sample
// takes as many of either, evenly, for a first look. Ends with 1 where a result is wrong or further
// off than the catalogue promises.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/scalars/inputs.h"
#include "tests/scalars/measure.h"

namespace {

using namespace lazuli::scalar_tests;

constexpr uint64_t kPieces = 256;
constexpr uint64_t kFirstLook = 4099;  // of so many inputs one; odd, so that all kinds are seen

Measured measure_all(const ScalarCase& scalar, uint64_t count, uint64_t stride, int threads) {
  // A look at a few inputs everywhere first: then most others are better beyond doubt.
  Measured all = measure(scalar, {0, count, stride * kFirstLook});
  all.count = 0;
  std::atomic<uint64_t> next{0};
  std::mutex joining;
  std::atomic<double> known{all.worst};
  const auto work = [&] {
    for (uint64_t piece = next++; piece < kPieces; piece = next++) {
      const Range range = {count * piece / kPieces, count * (piece + 1) / kPieces, stride};
      const Measured part = measure(scalar, range, known);
      const std::lock_guard lock(joining);
      all.join(part);
      known = all.worst;
    }
  };
  std::vector<std::thread> team;
  for (int i = 0; i < threads; ++i) team.emplace_back(work);
  for (std::thread& thread : team) thread.join();
  return all;
}

struct Row {
  const ScalarCase* scalar;
  Measured measured;
};

void print(const Row& row) {
  const auto& [scalar, measured] = row;
  std::printf("%-22s %8.4f %8.2f %24a %24a %7llu %24a %24a %11llu %5d\n", scalar->name,
              measured.worst, scalar->ulp, measured.worst_at.x, measured.worst_at.y,
              static_cast<unsigned long long>(measured.mistakes), measured.mistake_at.x,
              measured.mistake_at.y, static_cast<unsigned long long>(measured.count),
              measured.instructions);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 2;
  uint64_t sample = 0;
  std::vector<std::string> only;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--threads" && i + 1 < argc) {
      threads = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--sample" && i + 1 < argc) {
      sample = std::strtoull(argv[++i], nullptr, 10);
    } else {
      only.push_back(word);
    }
  }
  std::printf("%-22s %8s %8s %24s %24s %7s %24s %24s %11s %5s\n", "function", "ulp", "bound",
              "at x", "y", "wrong", "at x", "y", "inputs", "steps");
  std::vector<Row> rows;
  bool is_within = true;
  for (const ScalarCase& scalar : scalar_cases()) {
    if (!only.empty() && std::find(only.begin(), only.end(), scalar.name) == only.end()) continue;
    const bool is_f32 = scalar.type == lazuli::kernel::Type::f32;
    const uint64_t wanted = sample != 0 ? sample : uint64_t{1} << (is_f32 ? 26 : 22);
    const uint64_t count = is_exhaustive(scalar) ? input_count(scalar) : wanted;
    const uint64_t stride = sample != 0 ? std::max<uint64_t>(1, count / sample) : 1;
    rows.push_back({&scalar, measure_all(scalar, count, stride, threads)});
    print(rows.back());
    is_within &= rows.back().measured.worst <= scalar.ulp && rows.back().measured.mistakes == 0;
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.measured.worst > b.measured.worst; });
  std::printf("\nThe worst first\n");
  for (const Row& row : rows) print(row);
  return is_within ? EXIT_SUCCESS : EXIT_FAILURE;
}
