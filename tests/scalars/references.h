// Functions that the C library lacks, in double and in long double, for the references of
// ops/*.yaml.
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

// Below 0 by reflection; raised by steps to where the asymptotic series holds for long double.
template <typename Real>
Real trigamma(Real x);

// Near its zero z it is the sum of 1 / (z + n) - 1 / (x + n), the far end of it by Simpson's rule.
template <typename Real>
Real digamma_near_zero(Real x) {
  constexpr Real kHigh = static_cast<Real>(0x1.762d86356be3fp+0L);
  constexpr Real kLow = static_cast<Real>(0x1.b86a722197829p-54L + 0x1.e0d62a6be90c7p-109L);
  const Real apart = (x - kHigh) - kLow;
  Real mean = 0;
  for (int n = 0; n < 300; ++n) mean += 1 / ((kHigh + n) * (x + n));
  const Real end = trigamma(x + 300) + 4 * trigamma((x + kHigh) / 2 + 300) + trigamma(kHigh + 300);
  return apart * (mean + end / 6);
}

template <typename Real>
Real digamma(Real x) {
  constexpr Real kPi = std::numbers::pi_v<Real>;
  if (std::abs(x - static_cast<Real>(1.4616)) < static_cast<Real>(0.1)) return digamma_near_zero(x);
  if (x == 0) return std::copysign(static_cast<Real>(HUGE_VAL), -x);
  if (x < 0) {
    const Real turn = x - std::rint(x);
    return turn == 0 ? NAN : digamma(1 - x) - kPi / std::tan(kPi * turn);
  }
  Real sum = 0;
  for (; x < 30; x += 1) sum -= 1 / x;
  const Real square = 1 / (x * x);
  constexpr Real kTerms[] = {Real(1) / 12,  Real(-1) / 120,     Real(1) / 252, Real(-1) / 240,
                             Real(1) / 132, Real(-691) / 32760, Real(1) / 12};
  Real series = 0;
  for (int i = 6; i >= 0; --i) series = (series + kTerms[i]) * square;
  return sum + (std::log(x) - 1 / (2 * x) - series);
}

template <typename Real>
Real trigamma(Real x) {
  constexpr Real kPi = std::numbers::pi_v<Real>;
  if (x <= 0) {
    const Real sine = std::sin(kPi * (x - std::rint(x)));
    return kPi * kPi / (sine * sine) - trigamma(1 - x);
  }
  Real sum = 0;
  for (; x < 30; x += 1) sum += 1 / (x * x);
  const Real square = 1 / (x * x);
  constexpr Real kTerms[] = {Real(1) / 6,  Real(-1) / 30,     Real(1) / 42, Real(-1) / 30,
                             Real(5) / 66, Real(-691) / 2730, Real(7) / 6};
  Real series = 0;
  for (int i = 6; i >= 0; --i) series = (series + kTerms[i]) * square;
  return sum + (1 / x + square / 2 + series / x);
}

}  // namespace lazuli::references
