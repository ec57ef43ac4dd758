#include "lazuli/exec/executor.h"

#include <mutex>
#include <utility>

#include "lazuli/base/error.h"
#include "lazuli/exec/device.h"

namespace lazuli::exec {
namespace {

// A tape whose entries come from ever-changing threads is evaluated after so many changes, and
// each thread returns to its own.
constexpr uint32_t kMaxThreadChanges = 4;

// Which tapes a thread uses.
struct Recorder {
  trace::Tape* own = nullptr;
  trace::Tape* last = nullptr;  // recorded on last
};
constinit thread_local Recorder current_recorder;  // reached without a question whether it is made

// A thread that ends leaves its tape to the device.
struct TapeReturn {
  ~TapeReturn() { Device::get().give_tape(std::exchange(current_recorder.own, nullptr)); }
};

[[gnu::noinline]] void begin_recording() {
  current_recorder.own = Device::get().take_tape();
  current_recorder.last = current_recorder.own;
  thread_local TapeReturn at_exit;
}

Recorder& recorder() {
  if (!current_recorder.own) [[unlikely]]
    begin_recording();
  return current_recorder;
}

// The caller's own tape if an operand is pending there, else the first operand's that is pending,
// else the caller's own. The other tapes with pending operands are evaluated.
trace::Tape* choose_tape(const trace::Call& call, trace::Tape* own) {
  trace::Tape* chosen = nullptr;
  bool several = false;
  for (const trace::CallOperand& operand : call.operands) {
    if (operand.kind != trace::CallOperand::Kind::value) continue;
    trace::Tape* tape = operand.value->tape();
    if (!tape || tape == chosen) continue;
    several = several || chosen;
    if (!chosen || tape == own) chosen = tape;
  }
  if (!chosen) return own;
  if (several) [[unlikely]] {
    for (const trace::CallOperand& operand : call.operands) {
      if (operand.kind != trace::CallOperand::Kind::value) continue;
      trace::Tape* tape = operand.value->tape();
      if (tape && tape != chosen) {
        Device::get().evaluate(*tape, Device::Extent::all, operand.value);
      }
    }
  }
  return chosen;
}

void evaluate_where_pending(trace::Value& value, Device::Extent extent) {
  while (trace::Tape* tape = value.tape()) Device::get().evaluate(*tape, extent, &value);
}

[[noreturn]] void throw_fault(const std::shared_ptr<RunFault>& fault) {
  // What was recorded since may have written variables from spoiled values: it fails now, and all
  // are put back together.
  Recorder& thread = recorder();
  Device& device = Device::get();
  device.evaluate(*thread.own, Device::Extent::all);
  device.evaluate(*thread.last, Device::Extent::all);
  device.queue().drain();
  fault->roll_back();
  fault->set_delivered();
  fault->throw_error();
}

}  // namespace

Ref<trace::Value> record(const trace::Call& call) {
  Recorder& thread = recorder();
  Ref<trace::Value> result;
  for (;;) {
    trace::Tape* tape = choose_tape(call, thread.own);
    trace::Recorded recorded;
    bool wanders = false;
    {
      std::lock_guard<SpinLock> lock(tape->lock());
      if (tape->last_thread != &thread) [[unlikely]] {
        if (!tape->empty()) ++tape->thread_changes;
        tape->last_thread = &thread;
        wanders = tape->thread_changes >= kMaxThreadChanges;
      }
      recorded = tape->record(call, result);
    }
    if (recorded == trace::Recorded::other_tape) continue;
    thread.last = tape;
    if (wanders) [[unlikely]] {
      Device::get().evaluate(*tape, Device::Extent::all);
    } else if (recorded == trace::Recorded::cut_due) [[unlikely]] {
      Device::get().evaluate(*tape, Device::Extent::to_cut);
    }
    return result;
  }
}

void eval() {
  Recorder& thread = recorder();
  Device& device = Device::get();
  device.evaluate(*thread.own, Device::Extent::all);
  if (thread.last != thread.own) device.evaluate(*thread.last, Device::Extent::all);
  thread.last = thread.own;
  if (device.has_faults()) [[unlikely]] {
    // What is queued holds on to its operands; only what the program holds counts.
    device.queue().drain();
    if (const std::shared_ptr<RunFault> fault = device.take_fault()) throw_fault(fault);
  }
}

void evaluate(trace::Value& value) { evaluate_where_pending(value, Device::Extent::all); }

void read(trace::Value& value) {
  evaluate_where_pending(value, Device::Extent::all_now);
  const runtime::Buffer& buffer = *value.buffer();
  buffer.wait();
  if (buffer.state() == runtime::Buffer::State::failed) {
    throw_fault(std::static_pointer_cast<RunFault>(buffer.fault()));
  }
}

void note_replaced(const trace::Holder& holder, Ref<trace::Value> before, const trace::Value& now) {
  while (trace::Tape* tape = now.tape()) {
    std::lock_guard<SpinLock> lock(tape->lock());
    if (now.tape() != tape) continue;
    tape->note_replaced(holder, std::move(before), now.slot());
    return;
  }
}

void drain() { Device::get().queue().drain(); }

uint64_t random_seed() { return Device::get().random_seed.load(std::memory_order_relaxed); }

uint64_t take_random(int64_t blocks) {
  return Device::get().random_counter.fetch_add(static_cast<uint64_t>(blocks),
                                                std::memory_order_relaxed);
}

void manual_seed(uint64_t seed) {
  Device& device = Device::get();
  device.random_seed.store(seed, std::memory_order_relaxed);
  device.random_counter.store(0, std::memory_order_relaxed);
}

CacheBytes cache_bytes() { return Device::get().cache_bytes(); }

}  // namespace lazuli::exec
