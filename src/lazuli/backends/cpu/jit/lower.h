// One block of a kernel made ready for emission: where each operand comes from, when it is used
// next, which loads become memory operands and which comparisons join the selection they serve.
// Knows nothing of registers' names or of machine code.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/backends/cpu/jit/registers.h"
#include "lazuli/backends/cpu/jit/vector_set.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::jit {

// Where a value lives beyond its block.
struct Home {
  enum class Kind : uint8_t {
    none,
    constant,  // before the code
    frame,     // on the stack, the same in all lanes; of a long value one half
    column     // in scratch, an element a column of the strip
  };
  Kind kind = Kind::none;
  int32_t offset = 0;
  Constants::Entry entry = nullptr;
};

// A value of the block's own is named by its operation's position, one from outside by the number
// of operations plus its position among the externals.
struct Operation {
  enum class Kind : uint8_t { compute, compare_select, load, load_home, number, store, reduce };
  Kind kind = Kind::compute;
  kernel::Primitive primitive;
  kernel::Primitive comparison;  // of a compare_select, and what it compares
  kernel::Type compared = kernel::Type::f32;
  kernel::Type type;
  kernel::Type source = kernel::Type::f32;  // of the first operand (of a selection: the mask)
  bool is_gone = false;  // a memory operand, part of another operation, or unused
  int count = 0;
  int32_t operands[4] = {-1, -1, -1, -1};
  int32_t next_use[4] = {kNever, kNever, kNever, kNever};  // of the operand after this operation
  int32_t first_use = kNever;                              // of the result
  uint32_t index = 0;
  uint64_t bits = 0;
  Home home;
  kernel::ValueId value = kernel::kNoValue;
};

struct External {
  kernel::ValueId value;
  kernel::Type type;
  Home home;
  int32_t uses = 0;
  int32_t first_use = kNever;
};

struct LoweredBlock {
  std::vector<Operation> operations;
  std::vector<External> externals;
  int pressure = 0;  // most registers that one copy's own values need at once
  bool stores = false;

  int32_t size() const { return static_cast<int32_t>(operations.size()); }
  bool is_external(int32_t value) const { return value >= size(); }
  const External& external(int32_t value) const { return externals[value - size()]; }
  kernel::Type type_of(int32_t value) const {
    return is_external(value) ? external(value).type : operations[value].type;
  }
};

// `homes` by value; `places` is working memory of the code's size. `is_uniform`: all lanes are the
// same here (a long value takes one register, loads are of one element).
LoweredBlock lower(const kernel::Kernel& kernel, const kernel::Block& block,
                   const std::vector<Home>& homes, const VectorSet& set, bool is_uniform,
                   std::vector<int32_t>& places);

}  // namespace lazuli::jit
