#include "lazuli/runtime/large_blocks.h"

#include <sys/mman.h>

#include <cstdlib>
#include <mutex>

#include "lazuli/base/metrics.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/runtime/sanitizer.h"

namespace lazuli::runtime::large_blocks {
namespace {

constexpr int64_t kHugePage = 2 * 1024 * 1024;
constexpr int64_t kMappedFrom = 256 * 1024;  // smaller ones come from malloc, which packs them

// What stands in the first bytes of a kept block: its neighbours among the blocks of its size and
// among all, the latest first.
struct Kept {
  Kept* newer_of_size;
  Kept* older_of_size;
  Kept* newer;
  Kept* older;
  int64_t size_class;
};

struct Cache {
  SpinLock lock;
  Kept* of_size[kSizeClasses] = {};  // the newest of each size
  Kept* newest = nullptr;
  Kept* oldest = nullptr;
  int64_t bytes = 0;
};
// Constant-initialised and never destroyed: it works before and after every other static object.
constinit Cache cache;

void insert(Kept* block) {
  Kept*& head = cache.of_size[block->size_class];
  block->newer_of_size = nullptr;
  block->older_of_size = head;
  if (head) head->newer_of_size = block;
  head = block;
  block->newer = nullptr;
  block->older = cache.newest;
  (cache.newest ? cache.newest->newer : cache.oldest) = block;
  cache.newest = block;
  cache.bytes += bytes_of_class(static_cast<int>(block->size_class));
}

void remove(Kept* block) {
  (block->newer_of_size ? block->newer_of_size->older_of_size : cache.of_size[block->size_class]) =
      block->older_of_size;
  if (block->older_of_size) block->older_of_size->newer_of_size = block->newer_of_size;
  (block->newer ? block->newer->older : cache.newest) = block->older;
  (block->older ? block->older->newer : cache.oldest) = block->newer;
  cache.bytes -= bytes_of_class(static_cast<int>(block->size_class));
}

char* map(int64_t bytes) {
  const bool huge = bytes >= kHugePage;
  const int64_t mapped = huge ? bytes + kHugePage : bytes;
  void* memory = mmap(nullptr, static_cast<size_t>(mapped), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  char* start = static_cast<char*>(memory);
  if (!huge) return start;
  const int64_t before = -reinterpret_cast<int64_t>(start) & (kHugePage - 1);
  if (before) munmap(start, static_cast<size_t>(before));
  munmap(start + before + bytes, static_cast<size_t>(kHugePage - before));
  madvise(start + before, static_cast<size_t>(bytes), MADV_HUGEPAGE);  // advice: may be refused
  return start + before;
}

char* take_from_system(int64_t bytes) {
  char* block = bytes >= kMappedFrom
                    ? map(bytes)
                    : static_cast<char*>(std::aligned_alloc(64, static_cast<size_t>(bytes)));
  if (!block) return nullptr;
  metrics::count(metrics::Counter::bytes_allocated, static_cast<uint64_t>(bytes));
  metrics::count(metrics::Counter::blocks_allocated);
  return block;
}

void give_to_system(char* block, int64_t bytes) {
  allow_access(block, bytes);
  if (bytes >= kMappedFrom) {
    munmap(block, static_cast<size_t>(bytes));
  } else {
    std::free(block);
  }
}

// Drops the oldest blocks until at most `bound` bytes are kept. The system is called unlocked.
void shrink(int64_t bound) {
  Kept* dropped = nullptr;
  {
    const std::lock_guard guard(cache.lock);
    while (cache.bytes > bound) {
      Kept* block = cache.oldest;
      remove(block);
      block->older = dropped;
      dropped = block;
    }
  }
  while (dropped) {
    Kept* block = dropped;
    dropped = block->older;
    give_to_system(reinterpret_cast<char*>(block),
                   bytes_of_class(static_cast<int>(block->size_class)));
  }
}

}  // namespace

char* take(int size_class) noexcept {
  const int64_t bytes = bytes_of_class(size_class);
  Kept* block;
  {
    const std::lock_guard guard(cache.lock);
    block = cache.of_size[size_class];
    if (block) remove(block);
  }
  if (!block) return take_from_system(bytes);
  allow_access(reinterpret_cast<char*>(block), bytes);
  return reinterpret_cast<char*>(block);
}

void give(char* memory, int size_class, int64_t bound) noexcept {
  const int64_t bytes = bytes_of_class(size_class);
  if (bytes > bound) {
    give_to_system(memory, bytes);
    return;
  }
  allow_access(memory, bytes);
  forbid_access(memory + sizeof(Kept), bytes - static_cast<int64_t>(sizeof(Kept)));
  Kept* block = reinterpret_cast<Kept*>(memory);
  block->size_class = size_class;
  bool over;
  {
    const std::lock_guard guard(cache.lock);
    insert(block);
    over = cache.bytes > bound;
  }
  if (over) shrink(bound);
}

int64_t cached() {
  const std::lock_guard guard(cache.lock);
  return cache.bytes;
}

void trim() { shrink(0); }

}  // namespace lazuli::runtime::large_blocks
