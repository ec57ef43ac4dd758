#include "lazuli/backends/cpu/jit/vector_set.h"

#include <bit>

#include "lazuli/base/check.h"

namespace lazuli::jit {

using Xbyak::util::rip;

void VectorSet::add_constants(Constants& constants, bool has_longs) {
  sign_ = constants.add(0x80000000u, 4);
  magnitude_ = constants.add(0x7fffffffu, 4);
  ones_ = constants.add(0xffffffffu, 4);
  one_ = constants.add(0x3f800000u, 4);
  if (!has_longs) return;
  sign_long_ = constants.add(uint64_t{1} << 63, 8);
  magnitude_long_ = constants.add(~uint64_t{0} >> 1, 8);
  one_long_ = constants.add(std::bit_cast<uint64_t>(1.0), 8);
}

void VectorSet::move(int d, int a) {
  if (d != a) code_.vmovaps(vector(d), vector(a));
}

void VectorSet::load(int d, const RegExp& from) { code_.vmovups(vector(d), code_.ptr[from]); }
void VectorSet::store(const RegExp& to, int a) { code_.vmovups(code_.ptr[to], vector(a)); }
void VectorSet::store_past_caches(const RegExp& to, int a) {
  code_.vmovntps(code_.ptr[to], vector(a));
}

void VectorSet::broadcast(int d, const Xbyak::Address& from, int size) {
  switch (size) {
    case 1:
      return code_.vpbroadcastb(packed(d, 1), from);
    case 2:
      return code_.vpbroadcastw(packed(d, 2), from);
    case 4:
      return code_.vbroadcastss(vector(d), from);
    default:
      return code_.vpbroadcastq(vector(d), from);
  }
}

void VectorSet::broadcast_first(int d, int a, int size) {
  size == 4 ? code_.vbroadcastss(vector(d), Xbyak::Xmm(a))
            : code_.vpbroadcastq(vector(d), Xbyak::Xmm(a));
}

void VectorSet::load_constant(int d, Constants::Entry entry, int size) {
  broadcast(d, code_.ptr[rip + static_cast<const void*>(entry)], size);
}

void VectorSet::widen(int d, const Operand& from, DType dtype) {
  const Xbyak::Xmm to = vector(d);
  switch (dtype) {
    case DType::boolean: {
      const Temporary zeros(registers_);
      zero(zeros);
      code_.vpmovzxbd(to, from);
      return code_.vpsubd(to, vector(zeros), to);
    }
    case DType::u8:
      return code_.vpmovzxbd(to, from);
    case DType::i8:
      return code_.vpmovsxbd(to, from);
    case DType::i16:
      return code_.vpmovsxwd(to, from);
    case DType::f16:
      return code_.vcvtph2ps(to, from);
    case DType::bf16:
      code_.vpmovzxwd(to, from);
      return code_.vpslld(to, to, 16);
    default:
      throw InternalError(format("jit: {} is not narrow", name_of(dtype)));
  }
}

int VectorSet::float_condition(Primitive primitive) {
  switch (primitive) {
    case Primitive::eq:
      return 0;
    case Primitive::ne:
      return 4;
    case Primitive::lt:
      return 0x11;
    default:
      return 0x12;
  }
}

void VectorSet::binary(Primitive primitive, Type type, int d, int a, const Operand& b) {
  const Xbyak::Xmm to = vector(d), from = vector(a);
  const bool is_extreme = primitive == Primitive::min || primitive == Primitive::max;
  const bool is_float = type == Type::f32 || type == Type::f64;
  if (is_extreme && is_float) return extreme(primitive, type, d, a, b);
  switch (primitive) {
    case Primitive::add:
      return type == Type::f32   ? code_.vaddps(to, from, b)
             : type == Type::f64 ? code_.vaddpd(to, from, b)
             : type == Type::i64 ? code_.vpaddq(to, from, b)
                                 : code_.vpaddd(to, from, b);
    case Primitive::sub:
      return type == Type::f32   ? code_.vsubps(to, from, b)
             : type == Type::f64 ? code_.vsubpd(to, from, b)
             : type == Type::i64 ? code_.vpsubq(to, from, b)
                                 : code_.vpsubd(to, from, b);
    case Primitive::mul:
      return type == Type::f32   ? code_.vmulps(to, from, b)
             : type == Type::f64 ? code_.vmulpd(to, from, b)
                                 : code_.vpmulld(to, from, b);
    case Primitive::div:
      return type == Type::f64 ? code_.vdivpd(to, from, b) : code_.vdivps(to, from, b);
    case Primitive::min:
      return code_.vpminsd(to, from, b);
    case Primitive::max:
      return code_.vpmaxsd(to, from, b);
    case Primitive::quotient:
    case Primitive::remainder:
      return type == Type::i64 ? divide_i64(primitive, d, a, b.getIdx())
                               : divide_i32(primitive, d, a, b.getIdx());
    case Primitive::shift_left_by:
    case Primitive::shift_right_by:
      return shift_by(primitive, type, d, a, b.getIdx());
    default:
      throw InternalError(format("jit: {} is not binary", name_of(primitive)));
  }
}

void VectorSet::bare_extreme(Primitive primitive, Type type, int d, int a, const Operand& b) {
  const Xbyak::Xmm to = vector(d), from = vector(a);
  if (type == Type::f64) {
    return primitive == Primitive::min ? code_.vminpd(to, from, b) : code_.vmaxpd(to, from, b);
  }
  primitive == Primitive::min ? code_.vminps(to, from, b) : code_.vmaxps(to, from, b);
}

void VectorSet::multiply_add_132(Type type, int d, int c, const Operand& b) {
  type == Type::f64 ? code_.vfmadd132pd(vector(d), vector(c), b)
                    : code_.vfmadd132ps(vector(d), vector(c), b);
}
void VectorSet::multiply_add_213(Type type, int d, int b, const Operand& c) {
  type == Type::f64 ? code_.vfmadd213pd(vector(d), vector(b), c)
                    : code_.vfmadd213ps(vector(d), vector(b), c);
}
void VectorSet::multiply_add_231(Type type, int d, int a, const Operand& b) {
  type == Type::f64 ? code_.vfmadd231pd(vector(d), vector(a), b)
                    : code_.vfmadd231ps(vector(d), vector(a), b);
}

// A double holds the quotient of any two i32 closely enough to cut it.
void VectorSet::divide_i32(Primitive primitive, int d, int a, int b) {
  const Temporary low(registers_), high(registers_), divisor(registers_);
  const auto divide = [&](int quotient, int dividend, int by) {
    code_.vcvtdq2pd(vector(quotient), half(dividend));
    code_.vcvtdq2pd(vector(divisor), half(by));
    code_.vdivpd(vector(quotient), vector(quotient), vector(divisor));
    code_.vcvttpd2dq(half(quotient), vector(quotient));
  };
  divide(low, a, b);
  shift_down(high, a, bytes_ / 2);
  shift_down(divisor, b, bytes_ / 2);
  divide(high, high, divisor);
  join_halves(low, high);
  if (primitive == Primitive::remainder) {
    binary(Primitive::mul, Type::i32, low, low, vector(b));
    binary(Primitive::sub, Type::i32, low, a, vector(low));
  }
  zero(divisor);
  compare(Primitive::ne, Type::i32, high, b, vector(divisor));
  binary(Primitive::bit_and, Type::i32, d, high, vector(low));
}

// A lane at a time: no vector instruction divides integers. rax, rsi and rdi are lost.
void VectorSet::divide_i64(Primitive primitive, int d, int a, int b) {
  using namespace Xbyak::util;
  if (divided_ < 0) {
    divided_ = frame_.take_vector(bytes_);
    divisors_ = frame_.take_vector(bytes_);
    saved_ = frame_.take_word();
  }
  Label next, by_minus_one, by_zero, divided;
  store(frame_.at(divided_), a);
  store(frame_.at(divisors_), b);
  code_.mov(qword[frame_.at(saved_)], rdx);
  code_.xor_(edi, edi);
  code_.L(next);
  code_.mov(rax, qword[rsp + rdi * 8 + divided_]);
  code_.mov(rsi, qword[rsp + rdi * 8 + divisors_]);
  code_.test(rsi, rsi);
  code_.jz(by_zero);
  code_.cmp(rsi, -1);
  code_.je(by_minus_one);  // the least would not fit
  code_.cqo();
  code_.idiv(rsi);
  code_.jmp(divided);
  code_.L(by_zero);
  code_.xor_(eax, eax);
  code_.L(by_minus_one);
  code_.neg(rax);
  code_.xor_(edx, edx);
  code_.L(divided);
  code_.mov(qword[rsp + rdi * 8 + divided_], primitive == Primitive::quotient ? rax : rdx);
  code_.inc(edi);
  code_.cmp(edi, bytes_ / 8);
  code_.jne(next);
  code_.mov(rdx, qword[frame_.at(saved_)]);
  load(d, frame_.at(divided_));
}

}  // namespace lazuli::jit
