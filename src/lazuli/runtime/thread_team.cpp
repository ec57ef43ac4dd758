#include "lazuli/runtime/thread_team.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>

#include "lazuli/base/env.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/runtime/spin.h"

namespace lazuli::runtime {
namespace {

// How long a helper watches for the next region before it parks. The launches of a plan follow
// each other faster; waking a parked thread takes about as long.
constexpr auto kHelperSpin = std::chrono::microseconds(30);
// How long the caller watches a helper's last task before it gives up its processor.
constexpr auto kCallerSpin = std::chrono::microseconds(50);
constexpr int kMostThreads = 1024;
constexpr int kMostRanges = 64;

int initial_thread_count() {
  if (const int wanted = env::threads(); wanted > 0) return std::min(wanted, kMostThreads);
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
  return std::max(1, CPU_COUNT(&processors));
}

constinit std::atomic<int> count_of_threads{0};  // 0: not known yet

struct alignas(64) Range {
  std::atomic<int64_t> next;
  int64_t last;
};

// Helpers live as long as the process, and so does what they touch: constant-initialised, never
// destroyed.
struct Team {
  SpinLock taken;  // by the thread that has opened a region
  int helpers = 0;

  // The region. Written before the gate opens, read by those who came through it.
  const FunctionRef<void(int64_t)>* task = nullptr;
  int ranges = 0;
  Range range[kMostRanges] = {};
  alignas(64) std::atomic<uint32_t> left{0};  // helpers that came and have finished

  // The region's number times 2^16, plus the helpers that may still come; 0 of them: closed.
  alignas(64) std::atomic<uint64_t> gate{0};
  std::atomic<uint32_t> parked{0};
  std::atomic<uint32_t> bell{0};  // rung for parked helpers
};
constinit Team team;

constexpr uint64_t kRoom = 0xffff;
constexpr uint64_t kRegion = kRoom + 1;

constinit thread_local bool in_region = false;

// Takes numbers until none is left, those of the thread's own range first.
void take_turns(int thread) {
  const FunctionRef<void(int64_t)>& task = *team.task;
  for (int i = 0; i < team.ranges; ++i) {
    Range& range = team.range[(thread + i) % team.ranges];
    while (true) {
      // Looked at first, because an addition takes the line from its owner.
      if (range.next.load(std::memory_order_relaxed) >= range.last) break;
      const int64_t number = range.next.fetch_add(1, std::memory_order_relaxed);
      if (number >= range.last) break;
      task(number);
    }
  }
}

bool is_open(uint64_t gate, uint64_t seen) { return (gate & kRoom) != 0 && gate / kRegion != seen; }

void help(int thread) {
  in_region = true;
  uint64_t seen = 0;  // the region that this helper took part in last
  while (true) {
    const uint32_t rung = team.bell.load(std::memory_order_seq_cst);
    auto may_come = [&] { return is_open(team.gate.load(std::memory_order_seq_cst), seen); };
    if (!spin_until(may_come, kHelperSpin)) {
      team.parked.fetch_add(1, std::memory_order_seq_cst);
      if (!may_come()) team.bell.wait(rung, std::memory_order_seq_cst);
      team.parked.fetch_sub(1, std::memory_order_relaxed);
    }
    uint64_t gate = team.gate.load(std::memory_order_seq_cst);
    while (is_open(gate, seen)) {
      if (!team.gate.compare_exchange_weak(gate, gate - 1, std::memory_order_acq_rel)) continue;
      seen = gate / kRegion;
      take_turns(thread);
      // Once this is seen the region is over, for this helper at least.
      team.left.fetch_add(1, std::memory_order_release);
      team.left.notify_one();
      break;
    }
  }
}

// Helpers that the system refuses are done without.
void hire(int helpers) {
  try {
    for (; team.helpers < helpers; ++team.helpers) std::thread(help, team.helpers + 1).detach();
  } catch (const std::system_error&) {
  }
}

// The caller has taken the team.
void run_region(int64_t count, const FunctionRef<void(int64_t)>& task, int helpers) {
  hire(helpers);
  const uint64_t region = team.gate.load(std::memory_order_relaxed) / kRegion + 1;
  const auto wanted = static_cast<uint64_t>(helpers);
  team.task = &task;
  team.ranges = std::min(helpers + 1, kMostRanges);
  for (int i = 0; i < team.ranges; ++i) {
    team.range[i].next.store(count * i / team.ranges, std::memory_order_relaxed);
    team.range[i].last = count * (i + 1) / team.ranges;
  }
  team.left.store(0, std::memory_order_relaxed);
  team.gate.store(region * kRegion + wanted, std::memory_order_seq_cst);
  const auto parked = static_cast<int>(team.parked.load(std::memory_order_seq_cst));
  if (parked > 0) {
    team.bell.fetch_add(1, std::memory_order_seq_cst);
    for (int i = 0; i < std::min(parked, helpers); ++i) team.bell.notify_one();
  }
  in_region = true;
  take_turns(0);
  in_region = false;
  const uint64_t gate = team.gate.exchange(region * kRegion, std::memory_order_acq_rel);
  const auto came = static_cast<uint32_t>(wanted - (gate & kRoom));
  auto all_left = [&] { return team.left.load(std::memory_order_acquire) == came; };
  if (spin_until(all_left, kCallerSpin)) return;
  for (uint32_t left = team.left; left != came; left = team.left) team.left.wait(left);
}

}  // namespace

int thread_count() {
  int count = count_of_threads.load(std::memory_order_relaxed);
  if (count == 0) [[unlikely]] {
    const int first = initial_thread_count();
    if (count_of_threads.compare_exchange_strong(count, first)) count = first;
  }
  return count;
}

void set_thread_count(int count) {
  count_of_threads.store(std::clamp(count, 1, kMostThreads), std::memory_order_relaxed);
}

void parallel_for(int64_t count, FunctionRef<void(int64_t)> task) {
  const int threads = static_cast<int>(std::min<int64_t>(thread_count(), count));
  if (threads <= 1 || in_region || !team.taken.try_lock()) {
    for (int64_t i = 0; i < count; ++i) task(i);
    return;
  }
  run_region(count, task, threads - 1);
  team.taken.unlock();
}

}  // namespace lazuli::runtime
