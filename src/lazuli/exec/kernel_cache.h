// Compiled kernels by their exact text, shared by all plans of a device, bounded in bytes.
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

 private:
  struct Entry {
    std::shared_ptr<backend::CompiledKernel> kernel;
    int64_t bytes = 0;
    uint64_t used = 0;
  };
  void evict();

  std::unordered_map<std::string, Entry> entries_;
  int64_t budget_;
  int64_t bytes_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace lazuli::exec
