#include "lazuli/exec/run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "lazuli/base/env.h"
#include "lazuli/base/error.h"
#include "lazuli/base/format.h"
#include "lazuli/base/metrics.h"
#include "lazuli/base/pool.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/exec/verify.h"
#include "lazuli/runtime/allocator.h"

namespace lazuli::exec {

using schedule::Buffer;
using schedule::Step;

namespace {

struct Store {
  SpinLock lock;
  std::vector<Run*> runs;
};

Store& store() {
  static Store* const instance = new Store;
  return *instance;
}

}  // namespace

Run* Run::take() {
  Store& idle = store();
  idle.lock.lock();
  Run* run = nullptr;
  if (!idle.runs.empty()) {
    run = idle.runs.back();
    idle.runs.pop_back();
  }
  idle.lock.unlock();
  return run ? run : new Run;
}

void Run::give(Run* run) noexcept {
  Store& idle = store();
  idle.lock.lock();
  idle.runs.push_back(run);
  idle.lock.unlock();
}

void* RunJob::operator new(size_t) { return Pool<RunJob>::take(); }
void RunJob::operator delete(void* place) noexcept { Pool<RunJob>::give(place); }

void Run::run() noexcept {
  const auto start = std::chrono::steady_clock::now();
  // Nothing of this run can be trusted.
  const auto end_with = [&](const char* message, RunFault::Cause cause) {
    end_ = std::make_shared<RunFault>(message, cause);
    new_faults_.push_back(end_);
  };
  try {
    execute();
  } catch (const OutOfMemoryError& error) {
    end_with(error.what(), RunFault::Cause::memory);
  } catch (const std::exception& error) {  // a back end broke its promise
    end_with(error.what(), RunFault::Cause::operation);
  }
  if (end_ || !is_healthy()) deliver_faults();
  if (arena_) runtime::release(arena_, plan->schedule.arena_bytes);
  arena_ = nullptr;
  replaced.clear();
  replaced_outputs.clear();
  faults_.clear();
  own_fault_ = nullptr;
  end_ = nullptr;
  failed_.store(0, std::memory_order_relaxed);
  if (env::prints(env::kPrintTime)) {
    const auto elapsed = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "time: %zu launches in %.1f us\n", plan->schedule.steps.size(),
                 std::chrono::duration<double, std::micro>(elapsed).count());
  }
  plan = nullptr;
  inputs.clear();
  outputs.clear();
  // Told last, when nothing of this run holds on to what they spoiled: who asks whether anybody
  // does must not find us.
  metrics::count(metrics::Counter::faults, new_faults_.size());
  for (std::shared_ptr<RunFault>& fault : new_faults_) on_fault(std::move(fault));
  new_faults_.clear();
}

void Run::execute() {
  const schedule::Schedule& schedule = plan->schedule;
  memory_.assign(schedule.buffers.size(), nullptr);
  if (schedule.arena_bytes > 0) arena_ = runtime::allocate(schedule.arena_bytes);
  for (size_t i = 0; i < schedule.buffers.size(); ++i) {
    const Buffer& buffer = schedule.buffers[i];
    if (buffer.kind == Buffer::Kind::parameter) {
      memory_[i] = inputs[buffer.index]->data();
    } else if (buffer.kind == Buffer::Kind::temporary) {
      memory_[i] = arena_ + buffer.arena_offset;
    }
  }
  if (!take_input_faults()) return;
  give_memory(/*with_donors=*/false);
  for (size_t i = 0; i <= schedule.steps.size(); ++i) {
    if (i == schedule.commit_step) commit();
    if (i == schedule.steps.size()) break;
    run_step(i);
    finish_step(i);
  }
  metrics::count(metrics::Counter::launches, schedule.steps.size());
}

// False where a spoiled input has no memory, so that nothing can run.
bool Run::take_input_faults() {
  // Later ones are read by nothing that is left in the schedule.
  const size_t count = std::min<size_t>(inputs.size(), plan->schedule.memory_count);
  for (size_t i = 0; i < count; ++i) {
    if (inputs[i]->state() != runtime::Buffer::State::failed) continue;
    const auto fault = std::static_pointer_cast<RunFault>(inputs[i]->fault());
    set_fault(i, fault);
    if (!inputs[i]->data()) end_ = fault;
  }
  return !end_;
}

// Outputs that may take an input's memory over wait for the commit: until then a failing step
// must find every input as it was.
void Run::give_memory(bool with_donors) {
  const schedule::Schedule& schedule = plan->schedule;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const uint32_t at = plan->output_buffers[i];
    const Buffer& buffer = schedule.buffers[at];
    if (buffer.donors.empty() == with_donors) continue;
    runtime::Buffer& output = *outputs[i];
    if (is_healthy()) {
      for (uint32_t donor : buffer.donors) {
        runtime::Buffer& input = *inputs[donor];
        if (!input.is_donatable() || input.bytes() != output.bytes()) continue;
        output.take_memory_of(input);
        metrics::count(metrics::Counter::donations);
        break;
      }
    }
    if (!output.data()) output.give_memory();
    memory_[at] = output.data();
  }
}

// From here on nothing fails: what in-place writes replaced is no longer needed.
void Run::commit() {
  if (is_healthy()) replaced.clear();
  give_memory(/*with_donors=*/true);
}

void Run::set_fault(size_t source, std::shared_ptr<RunFault> fault) {
  faults_.resize(plan->schedule.memory_count + plan->schedule.fallible.size());
  faults_[source] = std::move(fault);
}

std::shared_ptr<RunFault> Run::fault_among(const schedule::Sources& sources) const {
  for (size_t i = 0; i < faults_.size(); ++i) {
    if (faults_[i] && (sources[i / 64] >> (i % 64) & 1) != 0) return faults_[i];
  }
  return nullptr;
}

// A step that can fail has one entry that can.
void Run::note_failure(const Step& step) {
  const schedule::Schedule& schedule = plan->schedule;
  size_t place = 0;
  const auto holds = [&](uint32_t entry) {
    return std::find(step.entries.begin(), step.entries.end(), entry) != step.entries.end();
  };
  while (!holds(schedule.fallible[place])) ++place;
  const uint32_t entry = schedule.fallible[place];
  // An index that was spoiled before is no new fault.
  std::shared_ptr<RunFault> fault = fault_among(schedule.fallible_sources[place]);
  if (!fault) {
    const SourceLocation& at = lines[entry];
    const std::string_view called = op::name_of(static_cast<op::Function>(at.function));
    fault = std::make_shared<RunFault>(format("{} (at {}): {}",
                                              called.empty() ? op::name_of(kinds[entry]) : called,
                                              to_string(at), op::traits_of(kinds[entry]).failure));
    if (!own_fault_ || place < own_place_) {
      own_fault_ = fault;
      own_place_ = place;
    }
    new_faults_.push_back(fault);
  }
  set_fault(schedule.memory_count + place, fault);
}

void Run::deliver_faults() {
  const schedule::Schedule& schedule = plan->schedule;
  std::vector<std::shared_ptr<RunFault>> spoils(outputs.size(), end_);
  for (size_t i = 0; i < schedule.outputs.size() && !end_; ++i) {
    const Buffer& buffer = schedule.buffers[schedule.outputs[i].address.buffer];
    if (buffer.kind != Buffer::Kind::output || spoils[buffer.index]) continue;
    spoils[buffer.index] = fault_among(schedule.output_sources[i]);
  }
  // Every variable that a failing run writes in place is spoiled with it, so that a step is taken
  // back whole.
  std::vector<trace::Replaced> put_back;
  for (size_t i = 0; i < replaced.size(); ++i) {
    if (replaced_outputs[i] == kNoOutput) continue;
    std::shared_ptr<RunFault>& spoil = spoils[replaced_outputs[i]];
    if (!spoil) spoil = own_fault_;
    if (spoil) put_back.push_back(std::move(replaced[i]));
  }
  std::shared_ptr<RunFault> first;
  for (const std::shared_ptr<RunFault>& fault : spoils) {
    if (first && fault) first->join(*fault);
    if (!first) first = fault;
  }
  if (first) first->add(put_back);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i]->state() != runtime::Buffer::State::pending) continue;
    if (spoils[i]) {
      outputs[i]->fail(spoils[i]);
    } else {
      outputs[i]->set_ready();
    }
  }
}

void Run::run_step(size_t index) {
  const Step& step = plan->schedule.steps[index];
  switch (step.kind) {
    case Step::Kind::kernel:
      if (env::verifies(env::kVerifyReference)) {
        launch_verified(index);
      } else {
        launch(index);
      }
      break;
    case Step::Kind::multiply: {
      const int64_t bytes = size_of(step.product.dtype);
      plan->backend.multiply(step.product, address(step.operands[0], bytes),
                             address(step.operands[1], bytes), address(step.result, bytes));
      break;
    }
    case Step::Kind::library:
      call_library(step);
      break;
    case Step::Kind::copy: {
      const int64_t bytes = size_of(step.result_type.dtype);
      char* target = address(step.result, bytes);
      const char* source = address(step.operands[0], bytes);
      if (target != source) plan->backend.copy(target, source, step.bytes);
      break;
    }
  }
  if (step.can_fail && failed_.load(std::memory_order_relaxed) != 0) {
    failed_.store(0, std::memory_order_relaxed);
    note_failure(step);
  }
}

char* Run::address(const schedule::Address& place, int64_t element_bytes) const {
  int64_t offset = place.offset;
  for (const schedule::Address::Term& term : place.terms) {
    offset += static_cast<int64_t>(words[term.word]) * term.stride;
  }
  return memory_[place.buffer] + offset * element_bytes;
}

void Run::launch(size_t index) {
  const Step& step = plan->schedule.steps[index];
  LaunchTable& table = plan->tables[index];
  for (size_t i = 0; i < table.plans.size(); ++i) {
    const schedule::Address& place = table.plans[i]->address;
    if (table.element_bytes[i] == 0) {
      int64_t value = place.offset;
      for (const schedule::Address::Term& term : place.terms) {
        value += static_cast<int64_t>(words[term.word]) * term.stride;
      }
      table.accesses[i].base = reinterpret_cast<char*>(value);
    } else {
      table.accesses[i].base = address(place, table.element_bytes[i]);
    }
  }
  for (size_t i = 0; i < table.words.size(); ++i) table.numbers[i] = words[table.words[i]];
  plan->backend.launch(*plan->kernels[step.kernel], table.instances, &failed_);
}

void Run::launch_verified(size_t index) {
  const Step& step = plan->schedule.steps[index];
  std::vector<WrittenMemory> written;
  for (uint32_t buffer : step.writes) {
    written.push_back({memory_[buffer], plan->schedule.buffers[buffer].bytes});
  }
  const LaunchTable& table = plan->tables[index];
  for (size_t i = 0; i < table.plans.size(); ++i) {
    for (size_t j = 0; j < step.writes.size(); ++j) {
      if (table.plans[i]->address.buffer == step.writes[j]) written[j].dtype = table.dtypes[i];
    }
  }
  verify_against_reference(
      written, [&] { launch(index); },
      [&] {
        plan->backend.launch_reference(*plan->kernels[step.kernel], table.instances, &failed_);
      });
}

void Run::call_library(const Step& step) {
  std::vector<backend::TensorArgument> operands;
  for (size_t i = 0; i < step.operands.size(); ++i) {
    const TensorType& type = step.operand_types[i];
    operands.push_back({address(step.operands[i], size_of(type.dtype)), type.dtype, type.shape,
                        step.operand_strides[i]});
  }
  std::vector<uint64_t> numbers;
  for (uint32_t word : step.words) numbers.push_back(words[word]);
  backend::LibraryCall call{step.library, operands, {}, numbers, step.attributes, &failed_};
  call.result = {address(step.result, size_of(step.result_type.dtype)), step.result_type.dtype,
                 step.result_type.shape, contiguous_strides(step.result_type.shape)};
  plan->backend.call(call);
}

// An output is ready after its last writer; one that took a variable over in a plan that can fail
// waits for the commit, too, because until then it may have to be taken back.
void Run::finish_step(size_t index) {
  if (!is_healthy()) return;  // delivered together at the end
  const schedule::Schedule& schedule = plan->schedule;
  const bool committed = index + 1 >= schedule.commit_step;
  if (!committed) return;
  if (index + 1 == schedule.commit_step) {
    for (size_t i = 0; i <= index; ++i) {
      for (uint32_t output : plan->finished[i]) outputs[output]->set_ready();
    }
    return;
  }
  for (uint32_t output : plan->finished[index]) outputs[output]->set_ready();
}

}  // namespace lazuli::exec
