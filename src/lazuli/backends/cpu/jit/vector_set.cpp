#include "lazuli/backends/cpu/jit/vector_set.h"

#include "lazuli/base/check.h"

namespace lazuli::jit {

using Xbyak::util::rip;

void VectorSet::add_constants(Constants& constants) {
  sign_ = constants.add(0x80000000u, 4);
  magnitude_ = constants.add(0x7fffffffu, 4);
  ones_ = constants.add(0xffffffffu, 4);
  one_ = constants.add(0x3f800000u, 4);
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
  size == 4 ? code_.vbroadcastss(vector(d), from) : code_.vpbroadcastq(vector(d), from);
}

void VectorSet::broadcast_first(int d, int a, int size) {
  size == 4 ? code_.vbroadcastss(vector(d), Xbyak::Xmm(a))
            : code_.vpbroadcastq(vector(d), Xbyak::Xmm(a));
}

void VectorSet::load_constant(int d, Constants::Entry entry, int size) {
  broadcast(d, code_.ptr[rip + static_cast<const void*>(entry)], size);
}

void VectorSet::load_bools(int d, const RegExp& from) {
  const Temporary zeros(registers_);
  zero(zeros);
  code_.vpmovzxbd(vector(d), code_.ptr[from]);
  code_.vpsubd(vector(d), vector(zeros), vector(d));
}

void VectorSet::binary(Primitive primitive, Type type, int d, int a, const Operand& b) {
  const Xbyak::Xmm to = vector(d), from = vector(a);
  const bool is_float = type == Type::f32, is_long = type == Type::i64;
  switch (primitive) {
    case Primitive::add:
      return is_float  ? code_.vaddps(to, from, b)
             : is_long ? code_.vpaddq(to, from, b)
                       : code_.vpaddd(to, from, b);
    case Primitive::sub:
      return is_float  ? code_.vsubps(to, from, b)
             : is_long ? code_.vpsubq(to, from, b)
                       : code_.vpsubd(to, from, b);
    case Primitive::mul:
      return is_float ? code_.vmulps(to, from, b) : code_.vpmulld(to, from, b);
    case Primitive::div:
      return code_.vdivps(to, from, b);
    case Primitive::min:
      return is_float ? extreme(primitive, d, a, b) : code_.vpminsd(to, from, b);
    case Primitive::max:
      return is_float ? extreme(primitive, d, a, b) : code_.vpmaxsd(to, from, b);
    default:
      throw InternalError(format("jit: {} is not binary", name_of(primitive)));
  }
}

void VectorSet::bare_extreme(Primitive primitive, int d, int a, const Operand& b) {
  primitive == Primitive::min ? code_.vminps(vector(d), vector(a), b)
                              : code_.vmaxps(vector(d), vector(a), b);
}

void VectorSet::multiply_add_132(int d, int c, const Operand& b) {
  code_.vfmadd132ps(vector(d), vector(c), b);
}
void VectorSet::multiply_add_213(int d, int b, const Operand& c) {
  code_.vfmadd213ps(vector(d), vector(b), c);
}
void VectorSet::multiply_add_231(int d, int a, const Operand& b) {
  code_.vfmadd231ps(vector(d), vector(a), b);
}

}  // namespace lazuli::jit
