// Order of work on a device: jobs run one after another, on one worker thread or, where nothing is
// queued or running, on a thread that takes the turn.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace lazuli::runtime {

class Job {
 public:
  virtual ~Job() = default;
  // Never throws: a failure is delivered through the buffers that the job fills.
  virtual void run() noexcept = 0;
};

class Queue {
 public:
  // The worker starts with the first queued job and lives as long as the process.
  // `depth`: at most so many jobs wait or run; enqueue blocks beyond.
  explicit Queue(int depth);
  ~Queue();

  void enqueue(std::unique_ptr<Job> job);

  // The right to run a job before all that is enqueued from now on, which waits until the turn
  // ends. Empty, or the caller's until it goes out of scope.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(queue_, other.queue_);
      return *this;
    }
    ~Turn();
    explicit operator bool() const { return queue_ != nullptr; }
    // On the calling thread, which is the queue's current one meanwhile.
    void run(Job& job);

   private:
    friend Queue;
    explicit Turn(Queue& queue) : queue_(&queue) {}
    Queue* queue_ = nullptr;
  };
  // Empty when something is queued or running.
  Turn try_take_turn();

  bool is_idle() const;
  // Returns when everything enqueued before the call has run.
  void drain();
  // Whether the calling thread is this queue's worker, or runs a job of it now.
  bool is_current() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lazuli::runtime
