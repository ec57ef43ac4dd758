// The device: what all threads share (trie, plans, kernels, queue, generator) and the tapes. It is
// made at first use and never destroyed, so a static tensor may die last.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "lazuli/backend/backend.h"
#include "lazuli/exec/evaluation.h"
#include "lazuli/exec/executor.h"
#include "lazuli/exec/fault.h"
#include "lazuli/exec/kernel_cache.h"
#include "lazuli/exec/plan.h"
#include "lazuli/runtime/queue.h"
#include "lazuli/trace/tape.h"

namespace lazuli::exec {

class Run;
class RunJob;

class Device {
 public:
  static constexpr int64_t kTrieBudget = int64_t{64} << 20;
  static constexpr int64_t kPlanBudget = int64_t{128} << 20;
  static constexpr int64_t kKernelBudget = int64_t{64} << 20;
  static constexpr int kQueueDepth = 2;

  static Device& get();

  // A tape for a thread that starts recording; one that an ended thread left behind where there is.
  trace::Tape* take_tape();
  void give_tape(trace::Tape* tape);

  // Runs what is pending on the tape: all of it, or up to the cut that the tape chooses. A caller
  // who needs the results now runs it himself where he can.
  enum class Extent : uint8_t { all, all_now, to_cut };
  // Nothing when `only_if_pending` is not pending there any more.
  void evaluate(trace::Tape& tape, Extent extent, const trace::Value* only_if_pending = nullptr);

  runtime::Queue& queue() { return queue_; }

  // Faults that no read has told anybody of yet.
  void add_fault(std::shared_ptr<RunFault> fault);
  // One of them that has spoiled a value that is still alive; the others are dropped and counted.
  std::shared_ptr<RunFault> take_fault();
  bool has_faults() const { return has_faults_.load(std::memory_order_acquire); }

  CacheBytes cache_bytes();

  std::atomic<uint64_t> random_seed{0};
  std::atomic<uint64_t> random_counter{0};

 private:
  Device();
  backend::Backend& backend();
  Ref<Plan> find_plan(trace::Tape& tape, Evaluation& evaluation);
  Ref<Plan> make_plan(trace::Tape& tape, const Evaluation& evaluation);
  void hand_over_replaced(trace::Tape& tape, const Evaluation& evaluation, Run& run);
  std::unique_ptr<RunJob> take_off(trace::Tape& tape, const Evaluation& evaluation,
                                   const Ref<Plan>& plan);
  void trim_trie();
  void trim_plans();

  trace::Trie trie_;
  runtime::Queue queue_{kQueueDepth};

  std::mutex tapes_mutex_;
  std::vector<std::unique_ptr<trace::Tape>> tapes_;
  std::vector<trace::Tape*> idle_tapes_;

  // Everything about plans: found, made, queued under it, so that plans enter the queue in the
  // order in which their results became visible.
  std::mutex plans_mutex_;
  KernelCache kernels_{kKernelBudget};
  std::map<uint32_t, std::unique_ptr<backend::Backend>> backends_;
  int64_t plan_bytes_ = 0;
  uint64_t clock_ = 0;
  PlanTable::List tables_;
  std::unique_ptr<Evaluation> evaluation_;

  std::mutex faults_mutex_;
  std::vector<std::shared_ptr<RunFault>> faults_;
  std::atomic<bool> has_faults_{false};
};

}  // namespace lazuli::exec
