// Counts what the calling thread takes from the heap, by operator new, in one program.
#pragma once

#include <cstdint>

class HeapCount {
 public:
  HeapCount();
  // Since the construction, on this thread.
  uint64_t taken() const;

 private:
  uint64_t before_;
};
