#include "torch/fallback.h"

#include <ATen/native/CPUFallback.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <set>

namespace lazuli::torch {
namespace {

struct State {
  std::mutex mutex;
  Counts kernels;
  Counts fallbacks;
  std::set<std::string, std::less<>> chosen;
  std::atomic<bool> has_chosen = false;

  State() {
    const char* names = std::getenv("LAZULI_TORCH_FALLBACK");
    for (std::string_view rest = names ? names : ""; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find(','));
      if (!name.empty()) chosen.emplace(name);
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    }
    has_chosen = !chosen.empty();
  }
};

State& state() {  // outlives every tensor
  static State& only = *new State;
  return only;
}

void add_one(Counts& counts, std::string_view op) {
  const auto place = counts.find(op);
  if (place != counts.end()) {
    ++place->second;
  } else {
    counts.emplace(op, 1);
  }
}

}  // namespace

void count(std::string_view op) {
  const std::lock_guard lock(state().mutex);
  add_one(state().kernels, op);
}

Counts kernel_counts() {
  const std::lock_guard lock(state().mutex);
  return state().kernels;
}

Counts fallback_counts() {
  const std::lock_guard lock(state().mutex);
  return state().fallbacks;
}

void reset_counts() {
  const std::lock_guard lock(state().mutex);
  state().kernels.clear();
  state().fallbacks.clear();
}

bool falls_back(std::string_view op) {
  if (!state().has_chosen.load(std::memory_order_relaxed)) return false;
  const std::lock_guard lock(state().mutex);
  return state().chosen.contains(op);
}

void set_fallbacks(const std::vector<std::string>& ops) {
  const std::lock_guard lock(state().mutex);
  state().chosen = {ops.begin(), ops.end()};
  state().has_chosen = !ops.empty();
}

void fallback(const c10::OperatorHandle& op, ::torch::jit::Stack* stack) {
  {
    const std::lock_guard lock(state().mutex);
    add_one(state().fallbacks, c10::toString(op.operator_name()));
  }
  at::native::cpu_fallback(op, stack);
}

}  // namespace lazuli::torch
