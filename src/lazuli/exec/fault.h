// A device error on its way to whoever reads a value that it spoiled, with what must be put back.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "lazuli/runtime/buffer.h"
#include "lazuli/trace/tape.h"

namespace lazuli::exec {

class RunFault final : public runtime::Fault {
 public:
  using Fault::Fault;

  // A run that the fault reached hands over what its in-place writes replaced.
  void add(std::vector<trace::Replaced>& replaced);
  // Puts back every variable that still holds a spoiled value, the latest write first. Called where
  // the error is thrown, never on the worker.
  void roll_back();

  // Whether it was thrown at least once.
  bool is_delivered() const { return delivered_.load(std::memory_order_relaxed); }
  void set_delivered() { delivered_.store(true, std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::vector<trace::Replaced> replaced_;
  std::atomic<bool> delivered_{false};
};

}  // namespace lazuli::exec
