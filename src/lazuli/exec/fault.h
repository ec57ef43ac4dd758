// A device error on its way to whoever reads a value that it spoiled, with what must be put back.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lazuli/runtime/buffer.h"
#include "lazuli/trace/tape.h"

namespace lazuli::exec {

class RunFault final : public runtime::Fault {
 public:
  enum class Cause : uint8_t { operation, memory };
  explicit RunFault(std::string message, Cause cause = Cause::operation)
      : Fault(std::move(message)), cause_(cause) {}
  // OutOfMemoryError where memory is the cause, else DeviceError.
  [[noreturn]] void throw_error() const;

  // A run that the fault reached hands over what its in-place writes replaced by spoiled values.
  void add(std::vector<trace::Replaced>& replaced);
  // Both reached one run: whichever is thrown first puts back what either of them spoiled.
  void join(RunFault& other);
  // Puts back every variable that still holds a spoiled value, the latest write first. Called where
  // the error is thrown, never on the worker.
  void roll_back();
  // Forgets variables that only this list still holds.
  void forget_dead();

  // Whether it was thrown at least once.
  bool is_delivered() const { return delivered_.load(std::memory_order_relaxed); }
  void set_delivered() { delivered_.store(true, std::memory_order_relaxed); }

 private:
  // What is to be put back, shared by joined faults.
  struct Undo {
    std::shared_ptr<Undo> joined_to;                             // null: its own
    std::vector<std::pair<uint64_t, trace::Replaced>> replaced;  // by run, growing
  };
  static Undo& root(std::shared_ptr<Undo>& undo);

  const Cause cause_;
  std::shared_ptr<Undo> undo_ = std::make_shared<Undo>();
  std::atomic<bool> delivered_{false};
};

}  // namespace lazuli::exec
