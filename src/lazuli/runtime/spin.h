// Waiting without the system's help, for moments shorter than a system call is worth.
#pragma once

#include <chrono>
#include <thread>

namespace lazuli::runtime {

// Lets the core rest for a few tens of nanoseconds.
inline void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Looks at `condition` until it holds or the time is up; whether it holds. After the first moments
// it lets other threads have the processor in between, which the awaited one may need.
template <typename Condition>
bool spin_until(Condition condition, std::chrono::nanoseconds time) {
  if (condition()) return true;
  constexpr auto kAlone = std::chrono::microseconds(3);
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    for (int i = 0; i < 8; ++i) {
      pause_core();
      if (condition()) return true;
    }
    const auto spent = std::chrono::steady_clock::now() - begin;
    if (spent >= time) return condition();
    if (spent >= kAlone) std::this_thread::yield();
  }
}

}  // namespace lazuli::runtime
