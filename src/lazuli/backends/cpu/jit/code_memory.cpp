#include "lazuli/backends/cpu/jit/code_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bitset>
#include <cstring>
#include <mutex>
#include <vector>

#include "lazuli/base/check.h"

namespace lazuli::jit {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kRegionPages = 256;

size_t pages_of(size_t bytes) { return (bytes + kPage - 1) / kPage; }

// Private pages, so that a forked process has its own: a mapping of one file at two addresses
// would be cheaper to write, but two processes would write the same pages.
uint8_t* map_pages(size_t count) {
  void* pages =
      mmap(nullptr, count * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  LZ_CHECK(pages != MAP_FAILED, DeviceError, "cpu: no memory for machine code");
  return static_cast<uint8_t*>(pages);
}

class Pool {
 public:
  uint8_t* take(size_t count) {
    if (count > kRegionPages) return map_pages(count);
    const std::lock_guard lock(mutex_);
    for (Region& region : regions_) {
      if (uint8_t* pages = take_from(region, count)) return pages;
    }
    regions_.push_back({map_pages(kRegionPages), {}, 0, kRegionPages});
    return take_from(regions_.back(), count);
  }

  void give_back(uint8_t* pages, size_t count) {
    if (count > kRegionPages) {
      munmap(pages, count * kPage);
      return;
    }
    const std::lock_guard lock(mutex_);
    const auto region = std::find_if(regions_.begin(), regions_.end(), [&](const Region& one) {
      return pages >= one.base && pages < one.base + kRegionPages * kPage;
    });
    const size_t first = static_cast<size_t>(pages - region->base) / kPage;
    for (size_t i = first; i < first + count; ++i) region->used.reset(i);
    region->free += count;
    region->hint = std::min(region->hint, first);
    if (region->free == kRegionPages && regions_.size() > 1) {
      munmap(region->base, kRegionPages * kPage);
      regions_.erase(region);
      return;
    }
    mprotect(pages, count * kPage, PROT_READ | PROT_WRITE);
  }

 private:
  struct Region {
    uint8_t* base;
    std::bitset<kRegionPages> used;
    size_t hint;  // no page below is free
    size_t free;
  };

  static uint8_t* take_from(Region& region, size_t count) {
    if (region.free < count) return nullptr;
    while (region.hint < kRegionPages && region.used[region.hint]) ++region.hint;
    size_t run = 0;
    for (size_t i = region.hint; i < kRegionPages; ++i) {
      run = region.used[i] ? 0 : run + 1;
      if (run < count) continue;
      const size_t first = i + 1 - count;
      for (size_t j = first; j <= i; ++j) region.used.set(j);
      region.free -= count;
      return region.base + first * kPage;
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::vector<Region> regions_;
};

// Never destroyed: a static program may die last.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

}  // namespace

CodeBlock::CodeBlock(std::span<const uint8_t> code)
    : size_(code.size()), capacity_(pages_of(code.size()) * kPage) {
  data_ = pool().take(capacity_ / kPage);
  std::memcpy(data_, code.data(), code.size());
  if (mprotect(data_, capacity_, PROT_READ | PROT_EXEC) != 0) {
    pool().give_back(data_, capacity_ / kPage);
    throw DeviceError("cpu: the system allows no executable memory");
  }
}

CodeBlock::~CodeBlock() {
  if (data_) pool().give_back(data_, capacity_ / kPage);
}

}  // namespace lazuli::jit
