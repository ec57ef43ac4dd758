// Prints the seconds of the first training step of a process, and of a later one.
#include <chrono>
#include <cstdio>

#include "bench/mlp.h"

int main() {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  lazuli::manual_seed(1);
  lazuli::bench::Mlp mlp(128);
  const Clock::time_point start = Clock::now();
  mlp.step();
  mlp.loss();
  const double first = seconds_since(start);

  constexpr int kSteps = 20;
  for (int i = 0; i < kSteps; ++i) mlp.step();
  mlp.loss();
  const Clock::time_point again = Clock::now();
  for (int i = 0; i < kSteps; ++i) mlp.step();
  mlp.loss();
  std::printf("%.9f %.9f\n", first, seconds_since(again) / kSteps);
}
