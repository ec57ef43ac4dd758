// The vector operations that an instruction set must offer; everything above is written in them.
// A value of 4-byte lanes lies in one register, a long one (f64, i64) in two halves of its lanes
// (Pair); a mask is 32-bit lanes of all zeros or all ones. Results may be written over operands
// unless said otherwise. Knows nothing of kernels, loops or who owns a register.
#pragma once

#include <xbyak/xbyak.h>

#include <memory>

#include "lazuli/backends/cpu/jit/frame.h"
#include "lazuli/backends/cpu/jit/registers.h"
#include "lazuli/core/dtype.h"
#include "lazuli/kernel/primitives.h"

namespace lazuli::jit {

constexpr bool is_long(kernel::Type type) { return kernel::size_of(type) == 8; }
constexpr int lane_bytes(kernel::Type type) { return is_long(type) ? 8 : 4; }

struct Pair {
  int low = -1;
  int high = -1;  // -1 where only the low half is wanted
};

// Memory operands that a primitive can take: bit k for operand k.
inline constexpr uint32_t kFirst = 1, kSecond = 2, kThird = 4;

class VectorSet {
 public:
  using Primitive = kernel::Primitive;
  using Type = kernel::Type;
  using Operand = Xbyak::Operand;
  using RegExp = Xbyak::RegExp;
  using Label = Xbyak::Label;

  virtual ~VectorSet() = default;
  int lanes() const { return bytes_ / 4; }
  int bytes() const { return bytes_; }

  // Prepares the constants that the set itself needs for code of these types.
  virtual void add_constants(Constants& constants, bool has_longs);
  // A constant as a memory operand.
  virtual Xbyak::Address constant(Constants::Entry entry) const = 0;

  // Whole vectors.
  Xbyak::Xmm vector(int index) const { return Xbyak::Xmm(kind_, index); }
  void move(int d, int a);
  void load(int d, const RegExp& from);
  void store(const RegExp& to, int a);
  // Four bytes of every eight from there on, as many as there are lanes; what lies after the last
  // is not touched.
  virtual void load_every_second(int d, const RegExp& from, int temporary) = 0;
  void store_past_caches(const RegExp& to, int a);
  virtual void zero(int d) = 0;
  // The 1, 2, 4 or 8 bytes there, in every place of so many; of 1 and 2 as far as widen() reads.
  void broadcast(int d, const Xbyak::Address& from, int size);
  virtual void broadcast(int d, const Xbyak::Reg64& from, int size) = 0;
  // a's first 4 or 8 bytes, in every lane.
  void broadcast_first(int d, int a, int size);
  void load_constant(int d, Constants::Entry entry, int size);
  // Neighbouring elements of 1 or 2 bytes, in memory or in a register's first bytes, as lanes, and
  // back; d of narrow apart from a.
  void widen(int d, const Operand& from, DType dtype);
  virtual void narrow(int d, int a, DType dtype) = 0;
  // The part of a register that holds a vector's elements of so many bytes.
  Xbyak::Xmm packed(int index, int size) const {
    return Xbyak::Xmm(lanes() * size > 16 ? Operand::YMM : Operand::XMM, index);
  }
  // 16 bytes of a vector.
  virtual void insert_block(int d, int block, int a) = 0;
  virtual void extract_block(int d, int a, int block) = 0;

  // Primitives. `b` may be memory where memory_operands allows it.
  virtual uint32_t memory_operands(Primitive primitive, Type type) const = 0;
  virtual void binary(Primitive primitive, Type type, int d, int a, const Operand& b);
  // The hardware's min and max of floats: `b` wherever a < b (a > b) does not hold.
  void bare_extreme(Primitive primitive, Type type, int d, int a, const Operand& b);
  virtual void unary(Primitive primitive, Type type, int d, int a) = 0;
  virtual void round_to(DType dtype, int d, int a) = 0;
  virtual void shift(Primitive primitive, Type type, int d, int a, int distance) = 0;
  void multiply_add_132(Type type, int d, int c, const Operand& b);  // d = d * b + c
  void multiply_add_213(Type type, int d, int b, const Operand& c);  // d = d * b + c
  void multiply_add_231(Type type, int d, int a, const Operand& b);  // d = a * b + d
  virtual void compare(Primitive primitive, Type type, int d, int a, const Operand& b) = 0;
  virtual void compare_long(Primitive primitive, Type type, int d, Pair a, Pair b) = 0;
  virtual void select(int d, int mask, const Operand& b, int c) = 0;
  virtual void select_long(Pair d, int mask, Pair b, Pair c) = 0;  // d apart from mask, b, c
  // A comparison and a selection by it in one, of values of one width.
  virtual bool fuses_compare() const { return false; }
  virtual void compare_select(Primitive, Type, int /*d*/, int /*a*/, const Operand& /*b*/,
                              int /*x*/, int /*y*/) {}
  // d apart from a.
  virtual void convert(Type to, Type from, Pair d, Pair a) = 0;

  // Tails: `copies` neighbouring vectors of which the first rax lanes are active. rsi is lost.
  virtual void set_active(int copies) = 0;
  // `part` counts the vectors of a copy. Inactive lanes read nothing and give anything.
  virtual void load_active(int d, const RegExp& from, int size, int copy, int part) = 0;
  virtual void store_active(const RegExp& to, int a, int size, int copy, int part) = 0;
  // d = active ? a : the constant; d apart from a.
  virtual void keep_active(int d, int a, Constants::Entry otherwise, int size, int copy,
                           int part) = 0;
  // Whether load_active and store_active take elements of 1 and 2 bytes, already packed.
  virtual bool masks_bytes() const = 0;

  // A gather as vectors: element `index * stride + lane` bytes after rsi, for indices below
  // `extent` (unsigned), else 0. The addresses are of vectors of 64-bit numbers, extent and stride
  // of one.
  struct Gather {
    int size = 4;
    bool is_masked = false;
    int copy = 0;
    Xbyak::RegExp extent;
    Xbyak::RegExp stride;
    Xbyak::RegExp lanes;
    bool has_lanes = false;  // else all lanes start at rsi
  };
  // d apart from index; rax and rdi are lost. Jumps to `is_legal` unless an active index is out of
  // range.
  virtual void gather(Pair d, Pair index, const Gather& what, Label& is_legal) = 0;

  // d's first bytes = those of a from `distance` (4, 8, 16 or 32) on.
  virtual void shift_down(int d, int a, int distance) = 0;

 protected:
  VectorSet(Xbyak::CodeGenerator& code, Registers& registers, Frame& frame, Operand::Kind kind,
            int bytes)
      : code_(code), registers_(registers), frame_(frame), kind_(kind), bytes_(bytes) {}
  // min and max of floats where a NaN in `a` wins.
  virtual void extreme(Primitive primitive, Type type, int d, int a, const Operand& b) = 0;
  virtual void join_halves(int d, int high) = 0;  // d's upper half = the lower one of high
  virtual void shift_by(Primitive primitive, Type type, int d, int a, int b) = 0;
  // bf16 numbers in the upper half of each lane, what lies below undefined; d apart from a.
  virtual void round_to_bf16(int d, int a) = 0;
  static int float_condition(Primitive primitive);

  Xbyak::CodeGenerator& code_;
  Registers& registers_;
  Frame& frame_;
  const Operand::Kind kind_;
  const int bytes_;
  Constants::Entry sign_ = nullptr;       // 0x80000000
  Constants::Entry magnitude_ = nullptr;  // 0x7fffffff
  Constants::Entry ones_ = nullptr;       // all bits
  Constants::Entry one_ = nullptr;        // 1.0f
  Constants::Entry sign_long_ = nullptr;  // the same in eight bytes
  Constants::Entry magnitude_long_ = nullptr;
  Constants::Entry one_long_ = nullptr;

 private:
  Xbyak::Xmm half(int index) const { return packed(index, 2); }
  void divide_i32(Primitive primitive, int d, int a, int b);
  void divide_i64(Primitive primitive, int d, int a, int b);

  int32_t divided_ = -1;  // where a division's lanes lie on the stack, and what it saves
  int32_t divisors_ = -1;
  int32_t saved_ = -1;
};

std::unique_ptr<VectorSet> make_avx2(Xbyak::CodeGenerator& code, Registers& registers,
                                     Frame& frame);
std::unique_ptr<VectorSet> make_avx512(Xbyak::CodeGenerator& code, Registers& registers,
                                       Frame& frame);

}  // namespace lazuli::jit
