// What cutting a launch and running its parts share: where an access is in a box, and a program's
// run over one. Knows nothing of threads and of how boxes are cut.
#pragma once

#include <cstdint>

#include "lazuli/backends/cpu/thread_memory.h"
#include "lazuli/kernel/arguments.h"

namespace lazuli::cpu {

inline int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Addresses and a ramp's values move alike, by wrapping addition.
inline char* moved(const char* base, uint64_t by) {
  return reinterpret_cast<char*>(reinterpret_cast<uint64_t>(base) + by);
}

inline uint64_t times(int64_t count, int64_t stride) {
  return static_cast<uint64_t>(count) * static_cast<uint64_t>(stride);
}

// Some rows and columns further.
inline char* moved(const kernel::AccessArguments& access, int64_t rows, int64_t columns) {
  return moved(access.base, times(rows, access.row_stride) + times(columns, access.column_stride));
}

// With the thread's scratch memory.
inline void run_program(const kernel::Program& program, kernel::Arguments& arguments) {
  const int64_t bytes = program.scratch_bytes(arguments.rows, arguments.columns, arguments.depth);
  arguments.scratch = bytes ? keep(Kept::scratch, bytes) : nullptr;
  program.run(arguments);
}

}  // namespace lazuli::cpu
