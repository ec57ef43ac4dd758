#include "lazuli/exec/run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "lazuli/base/env.h"
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
  try {
    execute();
  } catch (const std::exception& error) {
    // Memory ran out, or a back end broke its promise: nothing of this run can be trusted.
    auto fault = std::make_shared<RunFault>(error.what());
    own_fault_ = fault;
    faults_.assign(plan->schedule.buffers.size(), fault);
    on_fault(fault);
  }
  if (own_fault_ || !faults_.empty()) {
    std::shared_ptr<RunFault> last;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const std::shared_ptr<RunFault>& fault = faults_[plan->output_buffers[i]];
      if (outputs[i]->state() != runtime::Buffer::State::pending) continue;
      if (fault) {
        last = fault;
        outputs[i]->fail(fault);
      } else {
        outputs[i]->set_ready();
      }
    }
    if (last) last->add(replaced);
  }
  if (arena_) runtime::release(arena_, plan->schedule.arena_bytes);
  arena_ = nullptr;
  replaced.clear();
  replaced_outputs.clear();
  faults_.clear();
  own_fault_ = nullptr;
  failed_.store(0, std::memory_order_relaxed);
  if (env::prints(env::kPrintTime)) {
    const auto elapsed = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "time: %zu launches in %.1f us\n", plan->schedule.steps.size(),
                 std::chrono::duration<double, std::micro>(elapsed).count());
  }
  plan = nullptr;
  inputs.clear();
  outputs.clear();
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
  take_input_faults();
  give_memory(/*with_donors=*/false);
  for (size_t i = 0; i <= schedule.steps.size(); ++i) {
    if (i == schedule.commit_step) commit();
    if (i == schedule.steps.size()) break;
    const Step& step = schedule.steps[i];
    if (!faults_.empty() && is_tainted(step)) {
      taint(step, nullptr);
    } else {
      run_step(i);
    }
    finish_step(i);
  }
  metrics::count(metrics::Counter::launches, schedule.steps.size());
}

void Run::take_input_faults() {
  const schedule::Schedule& schedule = plan->schedule;
  for (size_t i = 0; i < schedule.buffers.size(); ++i) {
    const Buffer& buffer = schedule.buffers[i];
    if (buffer.kind != Buffer::Kind::parameter) continue;
    if (inputs[buffer.index]->state() != runtime::Buffer::State::failed) continue;
    faults_.resize(schedule.buffers.size());
    faults_[i] = std::static_pointer_cast<RunFault>(inputs[buffer.index]->fault());
  }
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
    if (faults_.empty()) {
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
  if (faults_.empty()) replaced.clear();
  give_memory(/*with_donors=*/true);
}

bool Run::is_tainted(const Step& step) const {
  const auto bad = [&](uint32_t buffer) { return faults_[buffer] != nullptr; };
  for (const schedule::InstancePlan& instance : step.instances) {
    for (const schedule::AccessPlan& access : instance.accesses) {
      if (access.address.buffer < faults_.size() && bad(access.address.buffer)) return true;
    }
  }
  for (const schedule::Address& operand : step.operands) {
    if (bad(operand.buffer)) return true;
  }
  return false;
}

void Run::taint(const Step& step, std::shared_ptr<RunFault> fault) {
  faults_.resize(plan->schedule.buffers.size());
  if (!fault) {
    for (const schedule::InstancePlan& instance : step.instances) {
      for (const schedule::AccessPlan& access : instance.accesses) {
        if (!fault && access.address.buffer < faults_.size())
          fault = faults_[access.address.buffer];
      }
    }
    for (const schedule::Address& operand : step.operands) {
      if (!fault) fault = faults_[operand.buffer];
    }
  }
  for (uint32_t written : step.writes) faults_[written] = fault;
}

std::shared_ptr<RunFault> Run::make_fault(size_t index, const std::string& what) const {
  const Step& step = plan->schedule.steps[index];
  std::string where;
  for (uint32_t entry : step.entries) {
    if (entry < kinds.size() && op::traits_of(kinds[entry]).can_fail) {
      where = format("{} (at {}): ", op::name_of(kinds[entry]), to_string(lines[entry]));
      break;
    }
  }
  return std::make_shared<RunFault>(where + what);
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
    const std::shared_ptr<RunFault> fault = make_fault(index, "an index is out of range");
    taint(step, fault);
    // Every variable that this run writes in place is spoiled with it, so that a step is taken
    // back whole.
    for (uint32_t output : replaced_outputs) faults_[plan->output_buffers[output]] = fault;
    own_fault_ = fault;
    metrics::count(metrics::Counter::faults);
    on_fault(fault);
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
    written.push_back({memory_[buffer], plan->schedule.buffers[buffer].bytes, false});
  }
  const LaunchTable& table = plan->tables[index];
  for (size_t i = 0; i < table.plans.size(); ++i) {
    for (size_t j = 0; j < step.writes.size(); ++j) {
      if (table.plans[i]->address.buffer == step.writes[j] && table.element_bytes[i] == 4) {
        written[j].is_float = true;
      }
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
  if (own_fault_ || !faults_.empty()) return;  // delivered together at the end
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
