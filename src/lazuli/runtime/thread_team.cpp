#include "lazuli/runtime/thread_team.h"

#include <sched.h>

#include <algorithm>
#include <atomic>

#include "lazuli/base/env.h"

#ifdef __SANITIZE_THREAD__
#include <memory>
#include <mutex>
#include <thread>
#include <vector>
#else
#include <omp.h>
#endif

namespace lazuli::runtime {
namespace {

int initial_thread_count() {
  if (const int wanted = env::threads(); wanted > 0) return wanted;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
  return std::max(1, CPU_COUNT(&processors));
}

constinit std::atomic<int> count_of_threads{0};  // 0: not known yet

// Takes numbers below `count` until none is left.
void take_turns(std::atomic<int64_t>& next, int64_t count, FunctionRef<void(int64_t, int)> task,
                int thread) {
  while (true) {
    const int64_t i = next.fetch_add(1, std::memory_order_relaxed);
    if (i >= count) return;
    task(i, thread);
  }
}

#ifdef __SANITIZE_THREAD__

// A region at a time; helpers wait for the next one and live as long as the process.
class Team {
 public:
  void run(int threads, FunctionRef<void(int)> body) {
    const std::lock_guard guard(mutex_);
    body_ = &body;
    wanted_ = threads - 1;
    while (static_cast<int>(helpers_.size()) < wanted_) {
      const int index = static_cast<int>(helpers_.size());
      helpers_.emplace_back([this, index, seen = region_.load()] { help(index, seen); });
    }
    working_ = static_cast<int>(helpers_.size());
    ++region_;
    region_.notify_all();
    body(0);
    for (int left = working_; left != 0; left = working_) working_.wait(left);
  }

 private:
  void help(int index, uint32_t seen) {
    while (true) {
      region_.wait(seen);
      ++seen;
      if (index < wanted_) (*body_)(index + 1);
      if (--working_ == 0) working_.notify_all();
    }
  }

  std::mutex mutex_;
  std::vector<std::thread> helpers_;
  FunctionRef<void(int)>* body_ = nullptr;
  int wanted_ = 0;
  std::atomic<int> working_{0};
  std::atomic<uint32_t> region_{0};
};

thread_local bool in_region = false;

void run_region(int threads, FunctionRef<void(int)> body) {
  static Team* const team = new Team;
  team->run(threads, [&](int thread) {
    in_region = true;
    body(thread);
    in_region = false;
  });
}

bool is_in_region() { return in_region; }

#else

// Nothing newer than GOMP_4.0 is asked of the runtime: the process may have loaded an older copy.
void run_region(int threads, FunctionRef<void(int)> body) {
#pragma omp parallel num_threads(threads)
  body(omp_get_thread_num());
}

bool is_in_region() { return omp_in_parallel() != 0; }

#endif

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
  count_of_threads.store(std::max(1, count), std::memory_order_relaxed);
}

void parallel_for(int64_t count, FunctionRef<void(int64_t, int)> task) {
  const int threads = static_cast<int>(std::min<int64_t>(thread_count(), count));
  if (threads <= 1 || is_in_region()) {
    for (int64_t i = 0; i < count; ++i) task(i, 0);
    return;
  }
  std::atomic<int64_t> next{0};
  run_region(threads, [&](int thread) { take_turns(next, count, task, thread); });
}

}  // namespace lazuli::runtime
