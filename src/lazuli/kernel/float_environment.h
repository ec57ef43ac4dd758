// The floating point rules that kernels run under, whatever the calling thread has set: rounding
// to nearest-even, denormals kept, no traps.
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace lazuli::kernel {

// Holds the rules for its lifetime and puts the thread's own back.
class FloatEnvironment {
 public:
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

#if defined(__SSE__)
  FloatEnvironment() : saved_(_mm_getcsr()) {
    if (saved_ != kRules) _mm_setcsr(kRules);
  }
  // The flags that arithmetic raises are nobody's business, so they go as well.
  ~FloatEnvironment() { _mm_setcsr(saved_); }

 private:
  static constexpr unsigned kRules = 0x1f80;  // MXCSR as a process starts with it
  unsigned saved_;
#else
  FloatEnvironment() {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatEnvironment() { std::fesetenv(&saved_); }

 private:
  std::fenv_t saved_;
#endif
};

}  // namespace lazuli::kernel
