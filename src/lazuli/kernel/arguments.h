// What a kernel's program gets at launch. One Arguments describes one task: a box of the domain
// that one thread runs from start to end.
#pragma once

#include <atomic>
#include <cstdint>

namespace lazuli::kernel {

struct AccessArguments {
  char* base = nullptr;       // the element at the box's first row, column and depth; for a ramp
                              // the i64 value there
  int64_t row_stride = 0;     // bytes (a ramp: its increment) from one row to the next
  int64_t column_stride = 0;  // likewise; the dtype's size for Step::unit, 0 for Step::none
  int64_t depth_stride = 0;
  int64_t index_stride = 0;  // gathers: bytes an index is worth
  int64_t index_extent = 0;  // gathers: indices in [0, index_extent) are legal
};

// How much of a kernel with a reduction a task runs. partial and finish exist for kernels with
// exactly one loop: a long fold is cut by chunks, so that several threads can share it.
enum class Phase : int64_t {
  whole,
  partial,  // fold chunks [chunk_first, chunk_last) of each point into `partials` and stop
  finish    // join the chunks found in `partials`, then run the blocks after the loop
};

struct Arguments {
  int64_t rows = 1;
  int64_t columns = 1;
  int64_t depth = 1;  // 1 in Form::rows
  const AccessArguments* accesses = nullptr;
  const uint64_t* numbers = nullptr;       // one word a number, the value in the low bytes
  std::atomic<uint32_t>* fault = nullptr;  // set to 1 + the gather's access index when one fails
  char* scratch = nullptr;  // Program::scratch_bytes(...) bytes, 64-byte aligned, this task's own
  Phase phase = Phase::whole;
  int64_t chunk_first = 0;
  int64_t chunk_last = 0;
  // Of each reduce r (in code order) and point p, the value of chunk c:
  // word [(r * points + p) * chunks + c] of 8 bytes, points = rows (Form::rows) or rows * columns
  // (Form::columns, p = row * columns + column), chunks = ceil(folded extent / kChunk).
  uint64_t* partials = nullptr;
};

// An executable kernel. Threads may run it at once on disjoint boxes.
class Program {
 public:
  virtual ~Program() = default;
  // Bytes of scratch that a task over such a box needs.
  virtual int64_t scratch_bytes(int64_t rows, int64_t columns, int64_t depth) const = 0;
  // An extent of 0 among rows and columns runs nothing. The folded extent is never 0 in a kernel
  // with a reduction. Touches no byte outside the elements it is given.
  virtual void run(const Arguments& arguments) const = 0;
  // Bytes of machine code, or of what stands for it.
  virtual int64_t code_bytes() const = 0;
};

}  // namespace lazuli::kernel
