// Memory for tensors: a cache of 64-byte aligned blocks in front of the system. Fresh pages cost
// several times what a reused block costs, so freed blocks are kept, up to a bound. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lazuli::runtime {

inline constexpr int64_t kAlignment = 64;

// A block of at least `bytes` bytes, aligned to kAlignment and readable up to a multiple of it;
// contents undefined; bytes 0 gives a valid address. Throws OutOfMemoryError "out of memory: need
// ..." after it has given the cache back and asked again.
char* allocate(int64_t bytes);
// `bytes` as given to allocate.
void release(char* memory, int64_t bytes) noexcept;

struct MemoryStatistics {
  int64_t in_use = 0;  // bytes handed out
  int64_t cached = 0;  // bytes kept for reuse
  int64_t peak = 0;    // the most that was in use since the last reset_peak
};
MemoryStatistics memory_statistics();
void reset_peak();
// Gives every cached block back to the system.
void trim();

}  // namespace lazuli::runtime
