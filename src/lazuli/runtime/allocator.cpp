#include "lazuli/runtime/allocator.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "lazuli/base/check.h"
#include "lazuli/runtime/large_blocks.h"
#include "lazuli/runtime/sanitizer.h"
#include "lazuli/runtime/small_blocks.h"

namespace lazuli::runtime {
namespace {

constexpr int64_t kCacheAtLeast = int64_t{256} << 20;

constinit std::atomic<int64_t> large_in_use{0};
constinit std::atomic<int64_t> peak{0};

void raise_peak(int64_t in_use) {
  int64_t seen = peak.load(std::memory_order_relaxed);
  while (seen < in_use && !peak.compare_exchange_weak(seen, in_use, std::memory_order_relaxed)) {
  }
}

// Half of the peak and a constant, never more than a quarter of the machine.
int64_t cache_bound() {
  static const int64_t kQuarter = sysconf(_SC_PHYS_PAGES) / 4 * sysconf(_SC_PAGESIZE);
  return std::min(kCacheAtLeast + peak.load(std::memory_order_relaxed) / 2, kQuarter);
}

char* take(int size_class) {
  return size_class < kSmallClasses ? small_blocks::take(size_class, small_blocks::Use::tensor)
                                    : large_blocks::take(size_class);
}

[[noreturn]] void throw_out_of_memory(int64_t bytes) {
  throw OutOfMemoryError(
      format("out of memory: need {} bytes; {} are in use", bytes, memory_statistics().in_use));
}

// The part of a block that its holder may read: up to a multiple of the alignment.
int64_t readable(int64_t bytes) { return (std::max<int64_t>(bytes, 1) + 63) / 64 * 64; }

}  // namespace

char* allocate(int64_t bytes) {
  if (bytes > kLargestBlock) [[unlikely]]
    throw_out_of_memory(bytes);
  LZ_ASSERT(bytes >= 0, "allocate: {} bytes", bytes);
  const int size_class = size_class_of(bytes);
  char* block = take(size_class);
  if (!block) [[unlikely]] {
    trim();
    block = take(size_class);
    if (!block) throw_out_of_memory(bytes);
  }
  if (size_class >= kSmallClasses) {
    const int64_t size = bytes_of_class(size_class);
    const int64_t large = large_in_use.fetch_add(size, std::memory_order_relaxed) + size;
    raise_peak(large + small_blocks::tensors_about());
  }
  forbid_access(block + readable(bytes), bytes_of_class(size_class) - readable(bytes));
  return block;
}

void release(char* memory, int64_t bytes) noexcept {
  const int size_class = size_class_of(bytes);
  if (size_class < kSmallClasses) {
    small_blocks::give(memory, size_class, small_blocks::Use::tensor);
  } else {
    large_in_use.fetch_sub(bytes_of_class(size_class), std::memory_order_relaxed);
    large_blocks::give(memory, size_class, cache_bound());
  }
}

MemoryStatistics memory_statistics() {
  const small_blocks::Totals small = small_blocks::totals();
  const int64_t in_use = small.tensors + large_in_use.load(std::memory_order_relaxed);
  raise_peak(in_use);
  return {in_use, small.cached + large_blocks::cached(), peak.load(std::memory_order_relaxed)};
}

void reset_peak() {
  peak.store(0, std::memory_order_relaxed);
  memory_statistics();
}

void trim() {
  small_blocks::trim();
  large_blocks::trim();
}

}  // namespace lazuli::runtime
