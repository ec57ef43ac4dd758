// One execution of a plan: its memory, numbers and results. Runs on the queue's current thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "lazuli/base/ref.h"
#include "lazuli/base/source_location.h"
#include "lazuli/exec/fault.h"
#include "lazuli/exec/plan.h"
#include "lazuli/runtime/buffer.h"
#include "lazuli/runtime/queue.h"

namespace lazuli::exec {

// Filled by the evaluating thread, used up by run(), then reused with its storage by a later step.
class Run {
 public:
  // An empty run, and its return; any thread.
  static Run* take();
  static void give(Run* run) noexcept;

  void run() noexcept;

  Ref<Plan> plan;
  std::vector<Ref<runtime::Buffer>> inputs;   // by parameter memory
  std::vector<Ref<runtime::Buffer>> outputs;  // by output buffer
  std::vector<uint64_t> words;
  std::vector<SourceLocation> lines;      // by entry, where the plan can fail
  std::vector<op::OpKind> kinds;          // likewise
  std::vector<trace::Replaced> replaced;  // by in-place writes
  // By `replaced`: the output buffer that took the variable over; kNoOutput where the variable has
  // gone on to a value that is no output.
  static constexpr uint32_t kNoOutput = ~0u;
  std::vector<uint32_t> replaced_outputs;
  void (*on_fault)(std::shared_ptr<RunFault>) = nullptr;  // told of each new fault, at the end

 private:
  void execute();
  bool take_input_faults();
  void give_memory(bool with_donors);
  void commit();
  bool is_healthy() const { return faults_.empty(); }
  void set_fault(size_t source, std::shared_ptr<RunFault> fault);
  std::shared_ptr<RunFault> fault_among(const schedule::Sources& sources) const;
  void note_failure(const schedule::Step& step);
  void deliver_faults();
  void run_step(size_t index);
  void launch(size_t index);
  void launch_verified(size_t index);
  void call_library(const schedule::Step& step);
  char* address(const schedule::Address& address, int64_t element_bytes) const;
  void finish_step(size_t index);

  std::vector<char*> memory_;  // by schedule buffer
  // By source (see schedule::Sources); empty while healthy. Steps run on over spoiled memory: what
  // is spoiled follows from the sources of each output, not from what shares a kernel with it.
  std::vector<std::shared_ptr<RunFault>> faults_;
  std::shared_ptr<RunFault> own_fault_;  // of this run's steps, the first in program order
  size_t own_place_ = 0;                 // among Schedule::fallible
  std::shared_ptr<RunFault> end_;        // of the run as a whole: no output can be trusted
  std::vector<std::shared_ptr<RunFault>> new_faults_;
  std::atomic<uint32_t> failed_{0};
  char* arena_ = nullptr;
};

// A run in the queue; gives the run back when it goes.
class RunJob final : public runtime::Job {
 public:
  explicit RunJob(Run* run) : run_(run) {}
  ~RunJob() override { Run::give(run_); }
  static void* operator new(size_t size);
  static void operator delete(void* place) noexcept;
  void run() noexcept override { run_->run(); }

 private:
  Run* run_;
};

}  // namespace lazuli::exec
