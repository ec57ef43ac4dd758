// Compiled kernels by their exact text, shared by all plans of a device. Its owner asks it to
// shrink when it is over its budget, after letting go of plans that hold kernels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "lazuli/backend/backend.h"

namespace lazuli::exec {

class KernelCache {
 public:
  explicit KernelCache(int64_t budget) : budget_(budget) {}

  // The program of `kernel` for `backend`, compiled where it is new. `variant` tells back ends
  // apart. Not thread-safe.
  std::shared_ptr<backend::CompiledKernel> get(backend::Backend& backend, char variant,
                                               const kernel::Kernel& kernel);
  int64_t bytes() const { return bytes_; }
  bool is_over_budget() const { return bytes_ > budget_; }
  // Drops kernels that no plan holds, the least recently used first, down to half of the budget.
  void shrink();

 private:
  struct Entry {
    std::shared_ptr<backend::CompiledKernel> kernel;
    int64_t bytes = 0;
    uint64_t used = 0;
  };

  std::unordered_map<std::string, Entry> entries_;
  int64_t budget_;
  int64_t bytes_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace lazuli::exec
