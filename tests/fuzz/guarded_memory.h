// Memory in which a touch of the byte after the end, or before the beginning, is a crash.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

namespace lazuli::fuzz {

enum class Side { begin, end };

// Numbered slots; each holds one buffer at a time, against the guard page at one of its sides.
class GuardedMemory {
 public:
  static constexpr int64_t kSlotBytes = int64_t{8} << 20;

  GuardedMemory() : page_(sysconf(_SC_PAGESIZE)) {}
  ~GuardedMemory() {
    for (char* slot : slots_) munmap(slot - page_, kSlotBytes + 2 * page_);
  }
  GuardedMemory(const GuardedMemory&) = delete;

  // `bytes` may be 0: the address is then one that must not be touched. Contents are undefined.
  char* place(size_t slot, int64_t bytes, Side side) {
    if (bytes > kSlotBytes) throw std::bad_alloc();
    while (slots_.size() <= slot) slots_.push_back(reserve());
    return slots_[slot] + (side == Side::end || bytes == 0 ? kSlotBytes - bytes : 0);
  }

 private:
  char* reserve() const {
    void* memory = mmap(nullptr, kSlotBytes + 2 * page_, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    char* slot = static_cast<char*>(memory) + page_;
    if (mprotect(slot, kSlotBytes, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    return slot;
  }

  const int64_t page_;
  std::vector<char*> slots_;
};

}  // namespace lazuli::fuzz
