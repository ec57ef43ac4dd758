// The vector primitives: all that an instruction set must offer. Each is defined to the last bit.
#pragma once

#include <cstdint>
#include <string_view>

namespace lazuli::kernel {

// Types of values inside a kernel. In memory a mask is a byte, 0 or 1 (DType::boolean).
enum class Type : uint8_t { f32, i32, i64, mask };

// How a reduction joins two values, and what it starts from.
enum class Combine : uint8_t {
  sum,  // add;  -0.0 for f32 (so that absent lanes change nothing), 0 for integers
  max,  // max;  -inf, or the least integer
  min,  // min;  +inf, or the greatest integer
  any,  // or of masks;  false
  all   // and of masks;  true
};

// name, operands, meaning. Operands and result have the instruction's type unless said otherwise.
#define LZ_PRIMITIVES(X)                                                                      \
  X(constant, 0, "the value in `bits`; once level only")                                      \
  X(number, 0, "number `index` of the launch; once level only")                               \
  X(load, -1,                                                                                 \
    "the element of access `index` at this point (a bool becomes a mask, i64 an i64). "       \
    "With an i64 operand (a gather): the element index_stride * operand bytes further; "      \
    "an operand outside [0, index_extent) reads nothing, gives 0 and sets the fault. From a " \
    "ramp, a gather gives its value there plus index_stride * operand, checked alike")        \
  X(store, 1, "writes the operand to access `index` at this point; no result")                \
  X(reduce, 1, "folds the operand over this loop with Combine `index`; seen after the loop")  \
  X(add, 2, "f32 i32 i64; integers wrap")                                                     \
  X(sub, 2, "f32 i32 i64; integers wrap")                                                     \
  X(mul, 2, "f32 i32 i64; integers wrap")                                                     \
  X(div, 2, "f32")                                                                            \
  X(fma, 3, "f32: a * b + c rounded once")                                                    \
  X(sqrt, 1, "f32, rounded correctly; NaN below 0")                                           \
  X(abs, 1, "f32: clears the sign bit")                                                       \
  X(neg, 1, "f32: flips the sign bit; i32 i64: 0 - a")                                        \
  X(min, 2, "a is NaN ? a : a < b ? a : b (so NaN wins; b of two zeros); f32 i32 i64")        \
  X(max, 2, "a is NaN ? a : a > b ? a : b; f32 i32 i64")                                      \
  X(round, 1, "f32: to the nearest integer, ties to even")                                    \
  X(floor, 1, "f32")                                                                          \
  X(ceil, 1, "f32")                                                                           \
  X(trunc, 1, "f32: towards zero")                                                            \
  X(eq, 2, "mask of two f32 i32 i64; false with a NaN")                                       \
  X(ne, 2, "mask of two f32 i32 i64; true with a NaN")                                        \
  X(lt, 2, "mask of two f32 i32 i64; false with a NaN")                                       \
  X(le, 2, "mask of two f32 i32 i64; false with a NaN")                                       \
  X(bit_and, 2, "i32 mask")                                                                   \
  X(bit_or, 2, "i32 mask")                                                                    \
  X(bit_xor, 2, "i32 mask")                                                                   \
  X(bit_not, 1, "i32 mask")                                                                   \
  X(shift_left, 1, "i32 by `bits` in [0, 31]")                                                \
  X(shift_right, 1, "i32 by `bits`, copies of the sign enter")                                \
  X(shift_right_logical, 1, "i32 by `bits`, zeros enter")                                     \
  X(select, 3, "a (a mask) ? b : c; any type")                                                \
  X(bitcast, 1, "f32 from i32 or i32 from f32: the same bits")                                \
  X(convert, 1,                                                                               \
    "f32 i32 i64 from another of them, or from a mask (0 or 1). From f32: cut towards "       \
    "zero, the least integer for NaN and out of range; i64 to i32 keeps the low bits; "       \
    "to f32 rounds to nearest-even once")

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
// The bits of the value that Combine starts from, in `type`.
uint64_t identity_of(Combine combine, Type type);

}  // namespace lazuli::kernel
