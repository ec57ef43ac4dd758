#include "lazuli/exec/device.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "lazuli/backends/cpu/cpu_backend.h"
#include "lazuli/base/check.h"
#include "lazuli/base/env.h"
#include "lazuli/base/metrics.h"
#include "lazuli/exec/run.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::exec {

using metrics::Counter;

Device& Device::get() {
  static Device* const device = new Device;
  return *device;
}

Device::Device() : evaluation_(std::make_unique<Evaluation>()) {
  // Libraries that a run calls tear themselves down when the process ends; nothing may run then.
  std::atexit([] { Device::get().queue().drain(); });
}

trace::Tape* Device::take_tape() {
  std::lock_guard<std::mutex> lock(tapes_mutex_);
  if (!idle_tapes_.empty()) {
    trace::Tape* tape = idle_tapes_.back();
    idle_tapes_.pop_back();
    return tape;
  }
  tapes_.push_back(std::make_unique<trace::Tape>(trie_));
  return tapes_.back().get();
}

void Device::give_tape(trace::Tape* tape) {
  std::lock_guard<std::mutex> lock(tapes_mutex_);
  idle_tapes_.push_back(tape);
}

backend::Backend& Device::backend() {
  std::unique_ptr<backend::Backend>& place = backends_[static_cast<uint32_t>(env::cpu())];
  if (!place) place = cpu::make_backend();
  return *place;
}

void Device::evaluate(trace::Tape& tape, Extent extent, const trace::Value* only_if_pending) {
  runtime::Queue::Turn
      turn;  // ends when its job is gone, so that the next one may take memory over
  std::unique_ptr<RunJob> job;
  {
    std::lock_guard<SpinLock> tape_lock(tape.lock());
    if (tape.empty() || (only_if_pending && only_if_pending->tape() != &tape)) return;
    std::lock_guard<std::mutex> plans_lock(plans_mutex_);
    const size_t count = extent == Extent::to_cut ? tape.choose_cut() : tape.entries().size();
    evaluation_->read(tape, count);
    metrics::count(Counter::entries_recorded, count);
    metrics::count(Counter::evaluations);
    if (extent == Extent::to_cut) metrics::count(Counter::cuts);
    const uint64_t now = trie_.tick();
    for (size_t i = 0; i < count; ++i) {
      tape.entries()[i].node->stamp.store(now, std::memory_order_relaxed);
    }
    Ref<Plan> plan = find_plan(tape, *evaluation_);
    if (plan) {
      metrics::count(Counter::plans_reused);
    } else {
      plan = make_plan(tape, *evaluation_);
    }
    plan->used = ++clock_;
    if (plan_bytes_ > kPlanBudget || kernels_.is_over_budget()) {
      trim_plans();
      kernels_.shrink();
    }
    job = take_off(tape, *evaluation_, plan);
    if (plan->is_small || extent == Extent::all_now) turn = queue_.try_take_turn();
    if (!turn) queue_.enqueue(std::move(job));
  }
  metrics::count(turn ? Counter::runs_inline : Counter::runs_queued);
  if (turn) turn.run(*job);
  if (trie_.bytes() > kTrieBudget) trim_trie();
}

Ref<Plan> Device::find_plan(trace::Tape& tape, Evaluation& evaluation) {
  trace::Node& node = *tape.entries()[evaluation.count - 1].node;
  if (!node.payload) return nullptr;
  return static_cast<PlanTable*>(node.payload.get())->find(evaluation.key);
}

Ref<Plan> Device::make_plan(trace::Tape& tape, const Evaluation& evaluation) {
  if (env::prints(env::kPrintTrace)) {
    std::fprintf(stderr, "trace of %zu entries\n%s", evaluation.count,
                 to_string(tape, evaluation.count).c_str());
  }
  ir::Graph graph = lower(tape, evaluation.count, evaluation.places, evaluation.live);
  if (env::prints(env::kPrintGraph)) std::fprintf(stderr, "%s", ir::to_string(graph).c_str());
  schedule::Options options;
  options.unfused = env::verifies(env::kVerifyUnfused);
  schedule::Schedule schedule = schedule::make_schedule(std::move(graph), options);
  if (env::prints(env::kPrintSchedule)) {
    std::fprintf(stderr, "%s", schedule::to_string(schedule).c_str());
  }
  Ref<Plan> plan = make_ref<Plan>(evaluation.key, std::move(schedule), backend(),
                                  static_cast<char>(env::cpu()), kernels_);
  metrics::count(Counter::plans_made);
  trace::Node& node = *tape.entries()[evaluation.count - 1].node;
  if (!node.payload) node.payload = std::make_unique<PlanTable>(tables_, plan_bytes_);
  static_cast<PlanTable*>(node.payload.get())->add(plan);
  if (env::prints(env::kPrintCache)) {
    std::fprintf(stderr, "cache: trie %lld, plans %lld, kernels %lld bytes\n",
                 static_cast<long long>(trie_.bytes()), static_cast<long long>(plan_bytes_),
                 static_cast<long long>(kernels_.bytes()));
  }
  return plan;
}

// The run takes what in-place writes of its entries replaced. A variable that later entries write,
// too, goes on from the value that it had at the cut.
void Device::hand_over_replaced(trace::Tape& tape, const Evaluation& evaluation, Run& run) {
  std::vector<trace::Replaced> kept;
  for (trace::Replaced& each : tape.replaced) {
    const size_t taken = each.slots_before(evaluation.count);
    if (taken == 0) {
      kept.push_back(std::move(each));
      continue;
    }
    const uint32_t last = each.slots[taken - 1];
    if (taken < each.slots.size()) {
      trace::Replaced rest(each.holder(), tape.entries()[last].value, each.slots[taken]);
      for (size_t i = taken + 1; i < each.slots.size(); ++i) rest.slots.push_back(each.slots[i]);
      kept.push_back(std::move(rest));
    }
    uint32_t output = Run::kNoOutput;
    const auto live = std::lower_bound(evaluation.live.begin(), evaluation.live.end(), last);
    if (live != evaluation.live.end() && *live == last) {
      const schedule::Schedule& schedule = run.plan->schedule;
      const auto place = static_cast<size_t>(live - evaluation.live.begin());
      const schedule::Buffer& buffer = schedule.buffers[schedule.outputs[place].address.buffer];
      if (buffer.kind == schedule::Buffer::Kind::output) output = buffer.index;
    }
    run.replaced.push_back(std::move(each));
    run.replaced_outputs.push_back(output);
  }
  tape.replaced.clear();  // keeps its storage
  for (trace::Replaced& each : kept) tape.replaced.push_back(std::move(each));
}

// Values leave the tape: from here the results are buffers that the job fills.
std::unique_ptr<RunJob> Device::take_off(trace::Tape& tape, const Evaluation& evaluation,
                                         const Ref<Plan>& plan) {
  const schedule::Schedule& schedule = plan->schedule;
  Run* run = Run::take();
  auto job = std::make_unique<RunJob>(run);
  run->plan = plan;
  run->words.assign(evaluation.words.begin(), evaluation.words.end());
  run->on_fault = [](std::shared_ptr<RunFault> fault) {
    Device::get().add_fault(std::move(fault));
  };
  for (runtime::Buffer* memory : evaluation.memories) {
    run->inputs.push_back(Ref<runtime::Buffer>::share(memory));
  }
  for (uint32_t buffer : plan->output_buffers) {
    run->outputs.push_back(runtime::Buffer::pending(schedule.buffers[buffer].bytes));
  }
  if (plan->can_fail) {
    run->lines.clear();
    run->kinds.clear();
    for (size_t i = 0; i < evaluation.count; ++i) {
      run->lines.push_back(tape.entries()[i].at);
      run->kinds.push_back(tape.entries()[i].node->kind);
    }
  }
  hand_over_replaced(tape, evaluation, *run);
  for (size_t i = 0; i < evaluation.live.size(); ++i) {
    trace::Value& value = *tape.entries()[evaluation.live[i]].value;
    const schedule::Output& output = schedule.outputs[i];
    const schedule::Buffer& buffer = schedule.buffers[output.address.buffer];
    Layout layout{value.type().shape, output.strides, output.address.offset};
    for (const schedule::Address::Term& term : output.address.terms) {
      layout.offset += static_cast<int64_t>(evaluation.words[term.word]) * term.stride;
    }
    value.set_buffer(buffer.kind == schedule::Buffer::Kind::output ? run->outputs[buffer.index]
                                                                   : run->inputs[buffer.index],
                     layout);
  }
  tape.drop_prefix(evaluation.count);
  return job;
}

void Device::add_fault(std::shared_ptr<RunFault> fault) {
  std::lock_guard<std::mutex> lock(faults_mutex_);
  faults_.push_back(std::move(fault));
  has_faults_.store(true, std::memory_order_release);
}

std::shared_ptr<RunFault> Device::take_fault() {
  std::lock_guard<std::mutex> lock(faults_mutex_);
  std::shared_ptr<RunFault> found;
  while (!faults_.empty() && !found) {
    std::shared_ptr<RunFault> fault = std::move(faults_.back());
    faults_.pop_back();
    if (fault->is_delivered()) continue;
    fault->forget_dead();
    if (fault.use_count() > 1) {
      found = std::move(fault);
    } else {
      metrics::count(Counter::errors_dropped);
    }
  }
  has_faults_.store(!faults_.empty(), std::memory_order_release);
  return found;
}

void Device::trim_trie() {
  std::lock_guard<std::mutex> lock(tapes_mutex_);
  std::vector<trace::Node*> pinned;
  for (const std::unique_ptr<trace::Tape>& tape : tapes_) {
    tape->lock().lock();
    pinned.push_back(tape->cursor());
  }
  {
    std::lock_guard<std::mutex> plans_lock(plans_mutex_);
    if (trie_.bytes() > kTrieBudget) trie_.trim(kTrieBudget, pinned);
  }
  for (const std::unique_ptr<trace::Tape>& tape : tapes_) tape->lock().unlock();
}

void Device::trim_plans() {
  std::vector<uint64_t> used;
  for (const PlanTable* table : tables_) {
    for (const Ref<Plan>& plan : table->plans()) used.push_back(plan->used);
  }
  const auto middle = used.begin() + static_cast<ptrdiff_t>(used.size() / 2);
  std::nth_element(used.begin(), middle, used.end());
  const uint64_t limit = *middle;
  for (PlanTable* table : tables_) {
    std::vector<Ref<Plan>> old;
    for (const Ref<Plan>& plan : table->plans()) {
      if (plan->used < limit) old.push_back(plan);
    }
    for (const Ref<Plan>& plan : old) table->remove(plan.get());
    metrics::count(Counter::plans_evicted, old.size());
  }
}

CacheBytes Device::cache_bytes() {
  std::lock_guard<std::mutex> lock(plans_mutex_);
  return {trie_.bytes(), plan_bytes_, kernels_.bytes()};
}

}  // namespace lazuli::exec
