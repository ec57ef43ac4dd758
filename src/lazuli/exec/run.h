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
  std::vector<SourceLocation> lines;       // by entry, where the plan can fail
  std::vector<op::OpKind> kinds;           // likewise
  std::vector<trace::Replaced> replaced;   // by in-place writes, in program order
  std::vector<uint32_t> replaced_outputs;  // output buffers that took a variable over
  void (*on_fault)(std::shared_ptr<RunFault>) = nullptr;  // told of each new fault

 private:
  void execute();
  void take_input_faults();
  void give_memory(bool with_donors);
  void commit();
  bool is_tainted(const schedule::Step& step) const;
  void taint(const schedule::Step& step, std::shared_ptr<RunFault> fault);
  void run_step(size_t index);
  void launch(size_t index);
  void launch_verified(size_t index);
  void call_library(const schedule::Step& step);
  std::shared_ptr<RunFault> make_fault(size_t index, const std::string& what) const;
  char* address(const schedule::Address& address, int64_t element_bytes) const;
  void finish_step(size_t index);

  std::vector<char*> memory_;                      // by schedule buffer
  std::vector<std::shared_ptr<RunFault>> faults_;  // by schedule buffer; empty while healthy
  std::shared_ptr<RunFault> own_fault_;            // of a step of this run
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
