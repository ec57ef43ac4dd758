#include "lazuli/exec/kernel_cache.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "lazuli/base/env.h"
#include "lazuli/base/metrics.h"

namespace lazuli::exec {

std::shared_ptr<backend::CompiledKernel> KernelCache::get(backend::Backend& backend, char variant,
                                                          const kernel::Kernel& kernel) {
  std::string key = kernel::key_of(kernel);
  key.push_back(variant);
  metrics::count(metrics::Counter::content_hashes);
  auto [place, is_new] = entries_.try_emplace(std::move(key));
  Entry& entry = place->second;
  entry.used = ++clock_;
  if (!is_new) {
    metrics::count(metrics::Counter::kernels_reused);
    return entry.kernel;
  }
  if (env::prints(env::kPrintKernel)) {
    std::fprintf(stderr, "%s\n", kernel::to_string(kernel).c_str());
  }
  const auto start = std::chrono::steady_clock::now();
  try {
    entry.kernel = backend.compile(kernel);
  } catch (...) {
    entries_.erase(place);
    throw;
  }
  const auto elapsed = std::chrono::steady_clock::now() - start;
  metrics::count(metrics::Counter::kernels_compiled);
  metrics::count(
      metrics::Counter::compile_nanoseconds,
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count()));
  entry.bytes = entry.kernel->code_bytes() + static_cast<int64_t>(2 * place->first.size());
  bytes_ += entry.bytes;
  const std::shared_ptr<backend::CompiledKernel> result = entry.kernel;
  if (bytes_ > budget_) evict();
  return result;
}

void KernelCache::evict() {
  std::vector<uint64_t> idle;
  for (const auto& [key, entry] : entries_) {
    if (entry.kernel.use_count() == 1) idle.push_back(entry.used);
  }
  if (idle.empty()) return;
  const auto middle = idle.begin() + static_cast<ptrdiff_t>(idle.size() / 2);
  std::nth_element(idle.begin(), middle, idle.end());
  const uint64_t limit = *middle;
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = item.second;
    if (entry.kernel.use_count() != 1 || entry.used > limit) return false;
    bytes_ -= entry.bytes;
    return true;
  });
}

}  // namespace lazuli::exec
