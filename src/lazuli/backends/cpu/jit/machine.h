// What the emitters of one function share: where accesses and accumulators are, and the tools that
// write code. Knows nothing of who emits what.
#pragma once

#include <vector>

#include "lazuli/backends/cpu/jit/frame.h"
#include "lazuli/backends/cpu/jit/registers.h"
#include "lazuli/backends/cpu/jit/vector_set.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::jit {

// Where the numbers of an access lie on the stack; -1 what the kernel does not need.
struct AccessPlace {
  int gpr = -1;                 // holds the pointer during the loop at hand
  int below[3] = {-1, -1, -1};  // likewise, of the copies that lie down the depth
  int32_t pointer = -1;     // the element at the current row, strip and depth; a ramp's value there
  int32_t next_group = -1;  // bytes to the row of the next group that is like this one
  int32_t column_stride = -1;
  int32_t index_stride = -1;
  int32_t extent = -1;
  int32_t lanes = -1;  // a vector of lane * column_stride
};

// Accumulators of one reduction in the loop at hand.
struct Fold {
  kernel::ValueId value = kernel::kNoValue;
  kernel::Type type = kernel::Type::f32;
  kernel::Combine combine = kernel::Combine::sum;
  Constants::Entry identity = nullptr;
  int registers[4] = {-1, -1, -1, -1};  // Form::rows, as many as fill 128 bytes
  int32_t slot = -1;                    // on the stack where registers are scarce
  int32_t area = -1;                    // Form::columns, in scratch
};

// What the emitters of a function share.
struct Machine {
  Xbyak::CodeGenerator& code;
  Registers& registers;
  Frame& frame;
  VectorSet& set;
  const kernel::Kernel& kernel;
  std::vector<AccessPlace> accesses;
  std::vector<Fold> folds;  // of the loop at hand, in code order
  int32_t remaining = -1;   // columns left, in a tail
  int32_t lane_count = -1;
  int32_t stage_in = -1;
  int32_t stage_out = -1;
};

}  // namespace lazuli::jit
