// What tests of assembled programs share: the instruction sets there are, and a launch put together
// by hand. Knows nothing of what the programs do.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "lazuli/backends/cpu/jit/assemble.h"
#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::jit {

inline std::vector<InstructionSet> sets() {
  std::vector<InstructionSet> result;
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (supports(set)) result.push_back(set);
  }
  return result;
}

inline kernel::Access reads(DType dtype, kernel::Step step = kernel::Step::unit) {
  return {kernel::Access::Kind::buffer, dtype, false, step};
}
inline kernel::Access writes(DType dtype, kernel::Step step = kernel::Step::unit) {
  return {kernel::Access::Kind::buffer, dtype, true, step};
}

struct Operands {
  std::vector<kernel::AccessArguments> accesses;
  kernel::Arguments arguments;
  std::atomic<uint32_t> fault{0};
  std::vector<char> scratch;

  void add(const void* base, int64_t column_stride, int64_t row_stride = 0) {
    kernel::AccessArguments access;
    access.base = const_cast<char*>(static_cast<const char*>(base));
    access.column_stride = column_stride;
    access.row_stride = row_stride;
    accesses.push_back(access);
  }
  void run(const kernel::Program& program, int64_t rows, int64_t columns, int64_t depth = 1) {
    arguments.rows = rows;
    arguments.columns = columns;
    arguments.depth = depth;
    arguments.accesses = accesses.data();
    arguments.fault = &fault;
    scratch.resize(static_cast<size_t>(program.scratch_bytes(rows, columns, depth)) + 64);
    arguments.scratch =
        reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64);
    program.run(arguments);
  }
};

}  // namespace lazuli::jit
