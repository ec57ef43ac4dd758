#include "lazuli/runtime/queue.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "lazuli/base/check.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/runtime/spin.h"

namespace lazuli::runtime {
namespace {

// How long a waiter watches before it parks. Waking a parked thread costs about as much.
constexpr auto kSpin = std::chrono::microseconds(40);

// Something that happens again and again. A waiter reads `now`, looks at its condition, and waits
// for the number to move on.
class Signal {
 public:
  uint32_t now() const { return number_.load(std::memory_order_seq_cst); }
  void raise() {
    number_.fetch_add(1, std::memory_order_seq_cst);
    if (parked_.load(std::memory_order_seq_cst) != 0) number_.notify_all();
  }
  void wait_after(uint32_t seen) {
    if (spin_until([&] { return now() != seen; }, kSpin)) return;
    park_after(seen);
  }
  void park_after(uint32_t seen) {
    parked_.fetch_add(1, std::memory_order_seq_cst);
    number_.wait(seen, std::memory_order_seq_cst);
    parked_.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  std::atomic<uint32_t> number_{0};
  std::atomic<uint32_t> parked_{0};
};

constinit thread_local const void* current_queue = nullptr;

// Marks the calling thread as the queue's current one.
class Current {
 public:
  explicit Current(const void* queue) : before_(std::exchange(current_queue, queue)) {}
  ~Current() { current_queue = before_; }

 private:
  const void* before_;
};

}  // namespace

struct Queue::State {
  mutable SpinLock lock;  // of what follows
  std::vector<std::unique_ptr<Job>> ring;
  size_t first = 0;
  size_t waiting = 0;
  bool running = false;  // a job runs, on whatever thread
  bool stopping = false;
  bool worker_started = false;
  uint64_t entered = 0;  // jobs that were enqueued or began here
  uint64_t left = 0;     // jobs that have run

  std::atomic<bool> idle{true};  // !running && waiting == 0
  Signal runnable;               // the worker may find a job
  Signal finished;               // a job has run
  std::thread worker;

  explicit State(int depth) : ring(static_cast<size_t>(depth)) {}

  // Ends the turn that the caller has.
  void finish() {
    bool more;
    {
      const std::lock_guard guard(lock);
      running = false;
      ++left;
      more = waiting > 0;
      if (!more) idle.store(true, std::memory_order_release);
    }
    finished.raise();
    if (more) runnable.raise();
  }

  // Null when there is nothing to run now.
  std::unique_ptr<Job> next() {
    const std::lock_guard guard(lock);
    if (running || waiting == 0) return nullptr;
    running = true;
    std::unique_ptr<Job> job = std::move(ring[first]);
    first = (first + 1) % ring.size();
    --waiting;
    return job;
  }

  bool is_over() const {
    const std::lock_guard guard(lock);
    return stopping && waiting == 0;
  }

  void work() {
    const Current current(this);
    while (true) {
      const uint32_t seen = runnable.now();
      if (std::unique_ptr<Job> job = next()) {
        job->run();
        job.reset();
        finish();
      } else if (is_over()) {
        return;
      } else {
        runnable.wait_after(seen);
      }
    }
  }
};

Queue::Queue(int depth) : state_(std::make_unique<State>(depth)) {
  LZ_ASSERT(depth > 0, "a queue of depth {}", depth);
}

Queue::~Queue() {
  {
    const std::lock_guard guard(state_->lock);
    state_->stopping = true;
  }
  state_->runnable.raise();
  if (state_->worker.joinable()) state_->worker.join();
}

void Queue::enqueue(std::unique_ptr<Job> job) {
  LZ_ASSERT(!is_current(), "a queue's own thread would wait for itself");
  State& state = *state_;
  while (true) {
    const uint32_t seen = state.finished.now();
    {
      const std::lock_guard guard(state.lock);
      if (state.waiting + (state.running ? 1 : 0) < state.ring.size()) {
        state.ring[(state.first + state.waiting) % state.ring.size()] = std::move(job);
        ++state.waiting;
        ++state.entered;
        state.idle.store(false, std::memory_order_release);
        if (!state.worker_started) {
          state.worker_started = true;
          state.worker = std::thread([&state] { state.work(); });
        }
        break;
      }
    }
    // What is queued keeps the worker busy for longer than a wake-up takes; the processor is its.
    state.finished.park_after(seen);
  }
  state.runnable.raise();
}

Queue::Turn Queue::try_take_turn() {
  State& state = *state_;
  if (!is_idle()) return {};
  const std::lock_guard guard(state.lock);
  if (state.running || state.waiting > 0) return {};
  state.running = true;
  ++state.entered;
  state.idle.store(false, std::memory_order_release);
  return Turn(*this);
}

Queue::Turn::~Turn() {
  if (queue_) queue_->state_->finish();
}

void Queue::Turn::run(Job& job) {
  const Current current(queue_->state_.get());
  job.run();
}

bool Queue::is_idle() const { return state_->idle.load(std::memory_order_acquire); }

void Queue::drain() {
  LZ_ASSERT(!is_current(), "a queue's own thread would wait for itself");
  State& state = *state_;
  uint64_t target;
  {
    const std::lock_guard guard(state.lock);
    target = state.entered;
  }
  while (true) {
    const uint32_t seen = state.finished.now();
    {
      const std::lock_guard guard(state.lock);
      if (state.left >= target) return;
    }
    state.finished.wait_after(seen);
  }
}

bool Queue::is_current() const { return current_queue == state_.get(); }

}  // namespace lazuli::runtime
