// The vector primitives: all that an instruction set must offer. Each is defined to the last bit.
#pragma once

#include <cstdint>
#include <string_view>

namespace lazuli::kernel {

// Types of values inside a kernel; kernel.h says what each dtype in memory becomes.
enum class Type : uint8_t { f32, f64, i32, i64, mask };

// Bytes of a value where values lie next to each other.
constexpr int size_of(Type type) {
  constexpr int kSizes[] = {4, 8, 4, 8, 1};
  return kSizes[static_cast<int>(type)];
}

// How a reduction joins two values, and what it starts from.
enum class Combine : uint8_t {
  sum,      // add;  -0.0 for floats (so that absent lanes change nothing), 0 for integers
  max,      // max;  -inf, or the least integer
  min,      // min;  +inf, or the greatest integer
  product,  // mul;  1
  any,      // or of masks;  false
  all       // and of masks;  true
};

// name, operands, meaning. Operands and result have the instruction's type unless said otherwise.
// `floats` are f32 and f64, `integers` i32 and i64, `numbers` all four.
#define LZ_PRIMITIVES(X)                                                                      \
  X(constant, 0, "the value in `bits`; once level only")                                      \
  X(number, 0, "number `index` of the launch; once level only")                               \
  X(load, -1,                                                                                 \
    "the element of access `index` at this point, in the type of its dtype. "                 \
    "With an i64 operand (a gather): the element index_stride * operand bytes further; "      \
    "an operand outside [0, index_extent) reads nothing, gives 0 and sets the fault. From a " \
    "ramp, a gather gives its value there plus index_stride * operand, checked alike")        \
  X(store, 1, "writes the operand to access `index` at this point; no result")                \
  X(reduce, 1, "folds the operand over this loop with Combine `index`; seen after the loop")  \
  X(add, 2, "numbers; integers wrap")                                                         \
  X(sub, 2, "numbers; integers wrap")                                                         \
  X(mul, 2, "numbers; integers wrap")                                                         \
  X(div, 2, "floats")                                                                         \
  X(fma, 3, "floats: a * b + c rounded once")                                                 \
  X(sqrt, 1, "floats, rounded correctly; NaN below 0")                                        \
  X(abs, 1, "floats: clears the sign bit")                                                    \
  X(neg, 1, "floats: flips the sign bit; integers: 0 - a")                                    \
  X(min, 2, "a is NaN ? a : a < b ? a : b (so NaN wins; b of two zeros); numbers")            \
  X(max, 2, "a is NaN ? a : a > b ? a : b; numbers")                                          \
  X(round, 1, "floats: to the nearest integer, ties to even")                                 \
  X(floor, 1, "floats")                                                                       \
  X(ceil, 1, "floats")                                                                        \
  X(trunc, 1, "floats: towards zero")                                                         \
  X(round_to, 1,                                                                              \
    "f32: rounded to nearest-even once to what DType `index` holds, f16 or bf16; beyond "     \
    "its range lies infinity, its subnormals are kept")                                       \
  X(quotient, 2, "integers: a / b cut towards zero; 0 by 0, the least by -1 is the least")    \
  X(remainder, 2, "integers: what quotient leaves, with the sign of a; 0 by 0")               \
  X(eq, 2, "mask of two numbers; false with a NaN")                                           \
  X(ne, 2, "mask of two numbers; true with a NaN")                                            \
  X(lt, 2, "mask of two numbers; false with a NaN")                                           \
  X(le, 2, "mask of two numbers; false with a NaN")                                           \
  X(bit_and, 2, "integers, mask")                                                             \
  X(bit_or, 2, "integers, mask")                                                              \
  X(bit_xor, 2, "integers, mask")                                                             \
  X(bit_not, 1, "integers, mask")                                                             \
  X(shift_left, 1, "integers by `bits`, from 0 to the type's width - 1")                      \
  X(shift_right, 1, "integers by `bits`, copies of the sign enter")                           \
  X(shift_right_logical, 1, "integers by `bits`, zeros enter")                                \
  X(shift_left_by, 2, "integers: a by b bits; 0 where b is not from 0 to the width - 1")      \
  X(shift_right_by, 2,                                                                        \
    "integers: a by b bits, copies of the sign enter; copies of the sign where b is not "     \
    "from 0 to the width - 1")                                                                \
  X(select, 3, "a (a mask) ? b : c; any type")                                                \
  X(bitcast, 1, "f32 from i32, f64 from i64 or the reverse: the same bits")                   \
  X(convert, 1,                                                                               \
    "a number from another type or from a mask (0 or 1). Floats to integers: cut towards "    \
    "zero, the least integer for NaN and out of range; i64 to i32 keeps the low bits; "       \
    "to floats rounds to nearest-even once")

enum class Primitive : uint8_t {
#define LZ_X(name, operands, meaning) name,
  LZ_PRIMITIVES(LZ_X)
#undef LZ_X
};

std::string_view name_of(Primitive primitive);
std::string_view name_of(Type type);
std::string_view name_of(Combine combine);
// Operands of the primitive; -1 for load, which takes none or one.
int operand_count(Primitive primitive);
// The primitive that joins two values.
Primitive join_of(Combine combine);
// The bits of the value that Combine starts from, in `type`.
uint64_t identity_of(Combine combine, Type type);

}  // namespace lazuli::kernel
