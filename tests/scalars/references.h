// Functions in double precision that the C library lacks, for the references of ops/*.yaml.
#pragma once

#include <cmath>

namespace lazuli::references {

// Newton's steps (of third order) from Winitzki's approximation.
inline double erfinv(double x) {
  if (!(std::abs(x) < 1)) return std::abs(x) == 1 ? x * HUGE_VAL : NAN;
  if (std::abs(x) < 1e-9) return x * 0.88622692545275801365;
  const double size = std::abs(x);
  const double logarithm = std::log1p(-size * size);
  const double part = 2 / (M_PI * 0.147) + logarithm / 2;
  double y = std::sqrt(std::sqrt(part * part - logarithm / 0.147) - part);
  for (int step = 0; step < 3; ++step) {
    const double slope = 2 / std::sqrt(M_PI) * std::exp(-y * y);
    const double miss = size < 0.5 ? std::erf(y) - size : (1 - size) - std::erfc(y);
    const double move = miss / slope;
    y -= move / (1 + y * move);
  }
  return std::copysign(y, x);
}

}  // namespace lazuli::references
