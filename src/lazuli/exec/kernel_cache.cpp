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
  return entry.kernel;
}

void KernelCache::shrink() {
  using Item = std::unordered_map<std::string, Entry>::iterator;
  std::vector<Item> idle;
  for (Item item = entries_.begin(); item != entries_.end(); ++item) {
    if (item->second.kernel.use_count() == 1) idle.push_back(item);
  }
  std::sort(idle.begin(), idle.end(),
            [](Item a, Item b) { return a->second.used < b->second.used; });
  for (const Item item : idle) {
    if (bytes_ <= budget_ / 2) return;
    bytes_ -= item->second.bytes;
    entries_.erase(item);
  }
}

}  // namespace lazuli::exec
