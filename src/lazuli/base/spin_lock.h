// A one-word lock: one locked instruction to take, a plain store to leave. For sections of tens of
// nanoseconds that call nothing; a waiter spins, then yields. Not owned by a thread.
#pragma once

#include <atomic>
#include <thread>

namespace lazuli {

class SpinLock {
 public:
  void lock() noexcept {
    for (int spins = 0; held_.exchange(true, std::memory_order_acquire); ++spins) {
      if (spins > 64) std::this_thread::yield();
    }
  }
  bool try_lock() noexcept { return !held_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_{false};
};

}  // namespace lazuli
