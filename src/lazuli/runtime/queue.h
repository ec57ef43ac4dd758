// Order of work on a device: jobs run one after another on one worker thread, or at once on the
// caller when nothing is queued or running.
#pragma once

#include <cstdint>
#include <memory>

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
  // Runs the job on the calling thread if nothing is queued or running, in one atomic step; jobs
  // enqueued meanwhile wait for it. False (and nothing done) otherwise.
  bool try_run_here(Job& job);
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
