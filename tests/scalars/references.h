// Functions that the C library lacks, in double and in long double, for the references of ops/*.yaml.
#pragma once

#include <cmath>
#include <numbers>

namespace lazuli::references {

// Newton's steps (of third order) from Winitzki's approximation.
template <typename Real>
Real erfinv(Real x) {
  constexpr Real kPi = std::numbers::pi_v<Real>;
  if (!(std::abs(x) < 1)) return std::abs(x) == 1 ? x * static_cast<Real>(HUGE_VAL) : NAN;
  if (std::abs(x) < static_cast<Real>(1e-10)) return x * std::sqrt(kPi) / 2;
  const Real size = std::abs(x);
  const Real logarithm = std::log1p(-size * size);
  const Real part = 2 / (kPi * static_cast<Real>(0.147)) + logarithm / 2;
  Real y = std::sqrt(std::sqrt(part * part - logarithm / static_cast<Real>(0.147)) - part);
  for (int step = 0; step < 3; ++step) {
    const Real slope = 2 / std::sqrt(kPi) * std::exp(-y * y);
    const Real miss = 2 * size < 1 ? std::erf(y) - size : (1 - size) - std::erfc(y);
    const Real move = miss / slope;
    y -= move / (1 + y * move);
  }
  return std::copysign(y, x);
}

}  // namespace lazuli::references
