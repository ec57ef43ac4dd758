// Waiting without the system's help, for moments shorter than a system call is worth.
#pragma once

#include <chrono>

namespace lazuli::runtime {

// Lets the core rest for a few tens of nanoseconds.
inline void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Looks at `condition` until it holds or the time is up; whether it holds. Who
// has no luck had better park: a thread that wakes gets a processor sooner than one that yielded.
template <typename Condition>
bool spin_until(Condition condition, std::chrono::nanoseconds time) {
  if (condition()) return true;
  const auto end = std::chrono::steady_clock::now() + time;
  do {
    for (int i = 0; i < 8; ++i) {
      pause_core();
      if (condition()) return true;
    }
  } while (std::chrono::steady_clock::now() < end);
  return condition();
}

}  // namespace lazuli::runtime
