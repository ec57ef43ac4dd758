// The program of one kernel: what an interpreter runs and an assembler turns into machine code.
// Sizes, strides, addresses and numbers are not part of it; they arrive at launch (arguments.h).
// It knows nothing of tensors, graphs or instruction sets.
//
// A kernel works on a domain of three axes, `rows`, `columns` and `depth`:
//   Form::rows      for each row, each loop runs over the columns; a reduction folds the columns.
//   Form::columns   for each row and column, each loop runs over the depth; a reduction folds it.
// Lanes always lie along the columns. The code is a list of blocks at three levels:
//   once    before everything: constants, numbers and what follows from them
//   point   in Form::rows once a row, in Form::columns once a (row, column)
//   loop    once for each element that the loop runs over
// Blocks come in the order once, point, loop, point, loop, ..., point; each may be empty. A kernel
// without a reduction has one loop in Form::rows and none of depth. A value of a loop block is seen
// in that block only; a `reduce` of it is seen in the point blocks and loops that follow.
//
// What makes every executor give the same bits:
//   - each primitive is exact to the last bit as described in primitives.h; nothing is contracted,
//     reassociated or estimated; the rounding mode is to nearest-even and denormals are kept;
//   - a reduction over n > 0 elements cuts them into chunks of kChunk by index; in a chunk,
//     element i folds into lane i mod L in index order, acc = combine(acc, x), L = kLanes4 for
//     4-byte accumulators (f32, i32, mask) and kLanes8 for 8-byte ones (f64, i64), starting at the
//     identity; lanes join by halves: for h = L/2, ..., 1: lane[i] = combine(lane[i], lane[i + h]);
//     chunk results join in rounds, p[i] = combine(p[2i], p[2i+1]), an odd last one carried over
//     unchanged.
// All NaNs count as equal bits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lazuli/core/dtype.h"
#include "lazuli/kernel/primitives.h"

namespace lazuli::kernel {

inline constexpr int64_t kChunk = 4096;  // elements of a reduction that fold in one go
inline constexpr int kLanes4 = 32;
inline constexpr int kLanes8 = 16;

enum class Form : uint8_t { rows, columns };
enum class Level : uint8_t { once, point, loop };

// How an access moves from one column to the next.
enum class Step : uint8_t {
  none,   // the same element for all columns
  unit,   // neighbouring elements
  any,    // a byte stride given at launch
  turned  // the same; the elements of neighbouring rows lie nearer (a hint: never changes a bit)
};
constexpr bool is_strided(Step step) { return step >= Step::any; }

// The type in which a kernel holds elements of a dtype. Loading is exact: u8 gets zeros above, i8
// and i16 copies of their sign. Storing is the converse: a bool is a byte, 0 or 1; a narrow integer
// keeps the low bits; f32 to f16 or bf16 rounds to nearest-even once, beyond the range to infinity,
// and a NaN stays one.
constexpr Type type_of(DType dtype) {
  constexpr Type kTypes[] = {Type::mask, Type::i32, Type::i32, Type::i32, Type::i32,
                             Type::i64,  Type::f32, Type::f32, Type::f32, Type::f64};
  return kTypes[static_cast<int>(dtype)];
}

// One operand in memory, or a ramp: numbers that grow linearly along the axes (an index map
// without memory; its `base` is the i64 value at the origin and its strides are increments, all
// given at launch unless the step is none).
struct Access {
  enum class Kind : uint8_t { buffer, ramp };
  Kind kind = Kind::buffer;
  DType dtype = DType::f32;  // of the elements in memory; i64 for a ramp
  // A store's target: of one store only, and never loaded from in the same kernel. Where stores
  // lie along the columns its step is not none.
  bool written = false;
  Step step = Step::unit;
  friend bool operator==(const Access&, const Access&) = default;
};

using ValueId = int32_t;  // position of the defining instruction in Kernel::code
inline constexpr ValueId kNoValue = -1;

// Fields without a meaning for the primitive are kNoValue or 0, and so are the bytes of `bits`
// above a constant's, so that equal instructions compare equal.
struct Instruction {
  Primitive primitive;
  Type type;  // of the result; of the stored value for store
  ValueId operands[3] = {kNoValue, kNoValue, kNoValue};
  uint32_t index = 0;  // load, store: access; number: its place; reduce: a Combine;
                       // round_to: a DType
  uint64_t bits = 0;   // constant: the value in the low bytes; shifts: the distance
  friend bool operator==(const Instruction&, const Instruction&) = default;
};

struct Block {
  Level level;
  uint32_t first = 0;  // code[first, last)
  uint32_t last = 0;
  friend bool operator==(const Block&, const Block&) = default;
};

struct Kernel {
  Form form = Form::rows;
  bool streaming = false;  // stores bypass the caches (a hint: never changes a bit)
  std::vector<Access> accesses;
  std::vector<Type> numbers;  // types of the launch's numbers, by place
  std::vector<Instruction> code;
  std::vector<Block> blocks;

  bool has_reduction() const;
  int loop_count() const;
};

// The kernel as one string of bytes: equal exactly when the kernels are equal. The cache's key.
std::string key_of(const Kernel& kernel);
// One line an instruction:  "%5: f32 = fma %1, %2, %4".
std::string to_string(const Kernel& kernel);
// Throws InternalError with the line at fault unless every rule of this file and of primitives.h
// holds (types, levels, visibility, blocks' order, accesses in range and used as declared).
void verify(const Kernel& kernel);

}  // namespace lazuli::kernel
