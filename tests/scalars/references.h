// What the references of ops/*.yaml call: C's functions and those that it lacks, in double, long
// double and Quad, the widest type that the C library computes in.
#pragma once

#include <cmath>
#include <numbers>

namespace lazuli::references {

#if defined(__HAVE_FLOAT128) && __HAVE_FLOAT128
__extension__ typedef __float128 Quad;
#define LZ_QUAD(name) \
  inline Quad name(Quad x) { return ::name##f128(x); }
#define LZ_QUAD_PAIR(name) \
  inline Quad name(Quad x, Quad y) { return ::name##f128(x, y); }
#else
using Quad = long double;
#define LZ_QUAD(name)
#define LZ_QUAD_PAIR(name)
#endif

#define LZ_FUNCTIONS(X) \
  X(exp)                \
  X(expm1)              \
  X(exp2)               \
  X(log)                \
  X(log1p)              \
  X(log2)               \
  X(log10)              \
  X(tanh)               \
  X(cosh)               \
  X(sinh)               \
  X(asinh)              \
  X(acosh)              \
  X(atanh)              \
  X(asin)               \
  X(acos)               \
  X(atan)               \
  X(sin)                \
  X(cos)                \
  X(tan)                \
  X(erf)                \
  X(erfc)               \
  X(lgamma)             \
  X(sqrt)               \
  X(rint)               \
  X(floor)
#define LZ_PAIR_FUNCTIONS(X) \
  X(pow)                     \
  X(atan2)                   \
  X(hypot)                   \
  X(fmod)                    \
  X(copysign)
#define LZ_USING(name) using std::name;
LZ_FUNCTIONS(LZ_USING)
LZ_PAIR_FUNCTIONS(LZ_USING)
LZ_FUNCTIONS(LZ_QUAD)
LZ_PAIR_FUNCTIONS(LZ_QUAD_PAIR)
#undef LZ_USING
#undef LZ_FUNCTIONS
#undef LZ_PAIR_FUNCTIONS
#undef LZ_QUAD
#undef LZ_QUAD_PAIR

template <typename Real>
Real abs(Real x) {
  return copysign(x, Real(1));
}

template <typename Real>
inline constexpr Real kPi = std::numbers::pi_v<long double>;
#if defined(__HAVE_FLOAT128) && __HAVE_FLOAT128
template <>
inline constexpr Quad kPi<Quad> = static_cast<Quad>(0x1.921fb54442d18468p+1L) +
                                  static_cast<Quad>(0x1.898cc51701b839a2p-64L);
#endif

// The remainder of a division by y as its sign is to be.
template <typename Real>
Real floored(Real remainder, Real y) {
  return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
}

// Newton's steps (of third order) from Winitzki's approximation.
template <typename Real>
Real erfinv(Real x) {
  if (!(abs(x) < 1)) return abs(x) == 1 ? x * static_cast<Real>(HUGE_VAL) : NAN;
  const Real size = abs(x);
  if (size < static_cast<Real>(1e-10)) {
    return x * (sqrt(kPi<Real>) / 2) * (1 + kPi<Real> * x * x / 12);
  }
  const Real logarithm = log1p(-size * size);
  const Real part = 2 / (kPi<Real> * static_cast<Real>(0.147)) + logarithm / 2;
  Real y = sqrt(sqrt(part * part - logarithm / static_cast<Real>(0.147)) - part);
  for (int step = 0; step < 3; ++step) {
    const Real slope = 2 / sqrt(kPi<Real>) * exp(-y * y);
    const Real miss = 2 * size < 1 ? erf(y) - size : (1 - size) - erfc(y);
    const Real move = miss / slope;
    y -= move / (1 + y * move);
  }
  return copysign(y, x);
}

// Below 0 by reflection; raised by steps to where the asymptotic series holds.
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
  if (abs(x - static_cast<Real>(1.4616)) < static_cast<Real>(0.1)) return digamma_near_zero(x);
  if (x == 0) return copysign(static_cast<Real>(HUGE_VAL), -x);
  if (x < 0) {
    const Real turn = x - rint(x);
    return turn == 0 ? static_cast<Real>(NAN) : digamma(1 - x) - kPi<Real> / tan(kPi<Real> * turn);
  }
  Real sum = 0;
  for (; x < 30; x += 1) sum -= 1 / x;
  const Real square = 1 / (x * x);
  constexpr Real kTerms[] = {Real(1) / 12,  Real(-1) / 120,     Real(1) / 252, Real(-1) / 240,
                             Real(1) / 132, Real(-691) / 32760, Real(1) / 12};
  Real series = 0;
  for (int i = 6; i >= 0; --i) series = (series + kTerms[i]) * square;
  return sum + (log(x) - 1 / (2 * x) - series);
}

template <typename Real>
Real trigamma(Real x) {
  if (x <= 0) {
    const Real sine = sin(kPi<Real> * (x - rint(x)));
    return kPi<Real> * kPi<Real> / (sine * sine) - trigamma(1 - x);
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
