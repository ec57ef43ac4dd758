// AVX-512 with F, BW, DQ and VL: 32 registers of 16 lanes, tails and comparisons through k masks.
// k1 and k2 hold the active lanes of a tail, k3 to k7 serve for a few instructions.
#include <utility>

#include "lazuli/backends/cpu/jit/vector_set.h"
#include "lazuli/base/check.h"

namespace lazuli::jit {
namespace {

using Xbyak::Opmask;
using Xbyak::Xmm;
using Xbyak::Ymm;
using Xbyak::Zmm;
using Xbyak::util::esi;
using Xbyak::util::rax;
using Xbyak::util::rip;
using Xbyak::util::rsi;

const Opmask kHalf(3);    // a half of a copy's active lanes
const Opmask kResult(4);  // what a comparison gave
const Opmask kUpper(5);

class Avx512 final : public VectorSet {
 public:
  Avx512(Xbyak::CodeGenerator& code, Registers& registers, Frame& frame)
      : VectorSet(code, registers, frame, Operand::ZMM, 64) {}

  Xbyak::Address constant(Constants::Entry entry) const override {
    return code_.ptr_b[rip + static_cast<const void*>(entry)];
  }
  void zero(int d) override { code_.vpxord(Zmm(d), Zmm(d), Zmm(d)); }
  void broadcast(int d, const Xbyak::Reg64& from, int size) override {
    size == 4 ? code_.vpbroadcastd(Zmm(d), from.cvt32()) : code_.vpbroadcastq(Zmm(d), from);
  }
  void load_every_second(int d, const RegExp& from, int temporary) override {
    // Loads of half a line: whole ones would cross lines, which costs a third where memory is far.
    code_.vmovups(Ymm(d), code_.ptr[from]);
    code_.vinsertf32x8(Zmm(d), Zmm(d), code_.ptr[from + 64], 1);
    code_.vmovups(Ymm(temporary), code_.ptr[from + 28]);
    code_.vinsertf32x8(Zmm(temporary), Zmm(temporary), code_.ptr[from + 92], 1);
    code_.vshufps(Zmm(d), Zmm(d), Zmm(temporary), 0b11011000);
    code_.vpermpd(Zmm(d), Zmm(d), 0b11011000);
  }
  void narrow(int d, int a, DType dtype) override {
    switch (dtype) {
      case DType::boolean:
        code_.vpsrld(Zmm(d), Zmm(a), 31);
        return code_.vpmovdb(Xmm(d), Zmm(d));
      case DType::f16:
        return code_.vcvtps2ph(Ymm(d), Zmm(a), kNearest);
      case DType::bf16:
        round_to_bf16(d, a);
        code_.vpsrld(Zmm(d), Zmm(d), 16);
        return code_.vpmovdw(Ymm(d), Zmm(d));
      default:
        size_of(dtype) == 1 ? code_.vpmovdb(Xmm(d), Zmm(a)) : code_.vpmovdw(Ymm(d), Zmm(a));
    }
  }
  void insert_block(int d, int block, int a) override {
    code_.vinserti32x4(Zmm(d), Zmm(d), Xmm(a), block);
  }
  void extract_block(int d, int a, int block) override {
    code_.vextracti32x4(Xmm(d), Zmm(a), block);
  }

  uint32_t memory_operands(Primitive primitive, Type type) const override {
    switch (primitive) {
      case Primitive::add:
      case Primitive::mul:
      case Primitive::bit_and:
      case Primitive::bit_or:
      case Primitive::bit_xor:
        return kFirst | kSecond;
      case Primitive::eq:
      case Primitive::ne:
        return is_long(type) ? 0 : kFirst | kSecond;
      case Primitive::lt:
      case Primitive::le:
        return is_long(type) ? 0 : kSecond;
      case Primitive::sub:
      case Primitive::div:
      case Primitive::min:
      case Primitive::max:
        return kSecond;
      case Primitive::fma:
        return kFirst | kSecond | kThird;
      case Primitive::select:
        return is_long(type) ? 0 : kSecond;
      default:
        return 0;
    }
  }

  void binary(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    if (type == Type::i64) {
      if (primitive == Primitive::mul) return code_.vpmullq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::min) return code_.vpminsq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::max) return code_.vpmaxsq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::bit_and) return code_.vpandq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::bit_or) return code_.vporq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::bit_xor) return code_.vpxorq(Zmm(d), Zmm(a), b);
    }
    if (primitive == Primitive::bit_and) return code_.vpandd(Zmm(d), Zmm(a), b);
    if (primitive == Primitive::bit_or) return code_.vpord(Zmm(d), Zmm(a), b);
    if (primitive == Primitive::bit_xor) return code_.vpxord(Zmm(d), Zmm(a), b);
    VectorSet::binary(primitive, type, d, a, b);
  }

  void unary(Primitive primitive, Type type, int d, int a) override {
    const bool is_double = type == Type::f64;
    switch (primitive) {
      case Primitive::sqrt:
        return is_double ? code_.vsqrtpd(Zmm(d), Zmm(a)) : code_.vsqrtps(Zmm(d), Zmm(a));
      case Primitive::abs:
        return is_double ? code_.vpandq(Zmm(d), Zmm(a), constant(magnitude_long_))
                         : code_.vpandd(Zmm(d), Zmm(a), constant(magnitude_));
      case Primitive::neg: {
        if (type == Type::f32) return code_.vpxord(Zmm(d), Zmm(a), constant(sign_));
        if (is_double) return code_.vpxorq(Zmm(d), Zmm(a), constant(sign_long_));
        const Temporary zeros(registers_);
        zero(zeros);
        return type == Type::i64 ? code_.vpsubq(Zmm(d), Zmm(zeros), Zmm(a))
                                 : code_.vpsubd(Zmm(d), Zmm(zeros), Zmm(a));
      }
      case Primitive::round:
        return whole(type, d, a, kNearest);
      case Primitive::floor:
        return whole(type, d, a, 1);
      case Primitive::ceil:
        return whole(type, d, a, 2);
      case Primitive::trunc:
        return whole(type, d, a, 3);
      case Primitive::bit_not:
        return code_.vpternlogd(Zmm(d), Zmm(a), Zmm(a), 0x55);
      default:
        throw InternalError(format("jit: {} is not unary", name_of(primitive)));
    }
  }

  void round_to(DType dtype, int d, int a) override {
    if (dtype == DType::f16) {
      code_.vcvtps2ph(Ymm(d), Zmm(a), kNearest);
      return code_.vcvtph2ps(Zmm(d), Ymm(d));
    }
    const Temporary rounded(registers_);
    round_to_bf16(rounded, a);
    code_.vpsrld(Zmm(rounded), Zmm(rounded), 16);
    code_.vpslld(Zmm(d), Zmm(rounded), 16);
  }

  void shift(Primitive primitive, Type type, int d, int a, int distance) override {
    const Zmm to(d), from(a);
    const bool is_i64 = type == Type::i64;
    if (primitive == Primitive::shift_left) {
      return is_i64 ? code_.vpsllq(to, from, distance) : code_.vpslld(to, from, distance);
    }
    if (primitive == Primitive::shift_right) {
      return is_i64 ? code_.vpsraq(to, from, distance) : code_.vpsrad(to, from, distance);
    }
    is_i64 ? code_.vpsrlq(to, from, distance) : code_.vpsrld(to, from, distance);
  }

  void compare(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    compare_to(kResult, primitive, type, a, b);
    code_.vpmovm2d(Zmm(d), kResult);
  }
  void compare_long(Primitive primitive, Type type, int d, Pair a, Pair b) override {
    compare_half(kResult, primitive, type, a.low, Zmm(b.low));
    if (a.high >= 0) {
      compare_half(kUpper, primitive, type, a.high, Zmm(b.high));
      code_.kunpckbw(kResult, kUpper, kResult);
    } else {
      code_.kunpckbw(kResult, kResult, kResult);
    }
    code_.vpmovm2d(Zmm(d), kResult);
  }
  void select(int d, int mask, const Operand& b, int c) override {
    code_.vpmovd2m(kResult, Zmm(mask));
    code_.vblendmps(Zmm(d) | kResult, Zmm(c), b);
  }
  void select_long(Pair d, int mask, Pair b, Pair c) override {
    code_.vpmovd2m(kResult, Zmm(mask));
    code_.vpblendmq(Zmm(d.low) | kResult, Zmm(c.low), Zmm(b.low));
    if (d.high < 0) return;
    code_.kshiftrw(kUpper, kResult, 8);
    code_.vpblendmq(Zmm(d.high) | kUpper, Zmm(c.high), Zmm(b.high));
  }
  bool fuses_compare() const override { return true; }
  void compare_select(Primitive primitive, Type type, int d, int a, const Operand& b, int x,
                      int y) override {
    next_ = next_ == 7 ? 4 : next_ + 1;
    if (is_long(type)) {
      compare_half(Opmask(next_), primitive, type, a, b);
      return code_.vblendmpd(Zmm(d) | Opmask(next_), Zmm(y), Zmm(x));
    }
    compare_to(Opmask(next_), primitive, type, a, b);
    code_.vblendmps(Zmm(d) | Opmask(next_), Zmm(y), Zmm(x));
  }

  void convert(Type to, Type from, Pair d, Pair a) override {
    if (is_long(from) && is_long(to)) {
      for (const auto& [half, source] : {std::pair(d.low, a.low), std::pair(d.high, a.high)}) {
        if (half < 0) continue;
        to == Type::f64 ? code_.vcvtqq2pd(Zmm(half), Zmm(source))
                        : code_.vcvttpd2qq(Zmm(half), Zmm(source));
      }
      return;
    }
    if (is_long(from)) {
      const Temporary upper(registers_);
      shorten(to, from, d.low, a.low);
      shorten(to, from, upper, a.high);
      return code_.vinsertf32x8(Zmm(d.low), Zmm(d.low), Ymm(upper), 1);
    }
    if (is_long(to)) {
      int source = a.low;
      const Temporary bits(registers_);
      if (from == Type::mask) {
        code_.vpsrld(Zmm(bits), Zmm(a.low), 31);
        source = bits;
      }
      lengthen(to, from, d.low, source);
      if (d.high < 0) return;
      code_.vextractf32x8(Ymm(bits), Zmm(source), 1);
      return lengthen(to, from, d.high, bits);
    }
    if (from == Type::mask) {
      return to == Type::f32 ? code_.vpandd(Zmm(d.low), Zmm(a.low), constant(one_))
                             : code_.vpsrld(Zmm(d.low), Zmm(a.low), 31);
    }
    to == Type::f32 ? code_.vcvtdq2ps(Zmm(d.low), Zmm(a.low))
                    : code_.vcvttps2dq(Zmm(d.low), Zmm(a.low));
  }

  void set_active(int copies) override {
    code_.mov(esi, 63);
    code_.cmp(rax, rsi);
    code_.cmova(rax, rsi);
    code_.mov(rsi, -1);
    code_.bzhi(rsi, rsi, rax);
    code_.kmovw(active(0), esi);
    if (copies == 1) return;
    code_.shr(rsi, 16);
    code_.kmovw(active(1), esi);
  }
  void load_active(int d, const RegExp& from, int size, int copy, int part) override {
    const Opmask lanes = active_part(copy, part);
    if (size == 1) {
      code_.vmovdqu8(Xmm(d) | lanes | Xbyak::util::T_z, code_.ptr[from]);
    } else if (size == 2) {
      code_.vmovdqu16(Ymm(d) | lanes | Xbyak::util::T_z, code_.ptr[from]);
    } else if (size == 4) {
      code_.vmovups(Zmm(d) | lanes | Xbyak::util::T_z, code_.ptr[from]);
    } else {
      code_.vmovupd(Zmm(d) | lanes | Xbyak::util::T_z, code_.ptr[from]);
    }
  }
  void store_active(const RegExp& to, int a, int size, int copy, int part) override {
    const Opmask lanes = active_part(copy, part);
    if (size == 1) {
      code_.vmovdqu8(code_.ptr[to] | lanes, Xmm(a));
    } else if (size == 2) {
      code_.vmovdqu16(code_.ptr[to] | lanes, Ymm(a));
    } else if (size == 4) {
      code_.vmovups(code_.ptr[to] | lanes, Zmm(a));
    } else {
      code_.vmovupd(code_.ptr[to] | lanes, Zmm(a));
    }
  }
  void keep_active(int d, int a, Constants::Entry otherwise, int size, int copy,
                   int part) override {
    const Opmask lanes = active_part(copy, part);
    load_constant(d, otherwise, size);
    size == 4 ? code_.vmovaps(Zmm(d) | lanes, Zmm(a)) : code_.vmovapd(Zmm(d) | lanes, Zmm(a));
  }
  bool masks_bytes() const override { return true; }

  void gather(Pair d, Pair index, const Gather& what, Label& is_legal) override {
    const Temporary offsets(registers_), upper(registers_);
    for (int part = 0; part < 2; ++part) {
      const int from = part == 0 ? index.low : index.high;
      const Opmask legal(4 + part);
      constexpr int kBelow = 1;
      if (what.is_masked) {
        code_.vpcmpuq(legal | active_part(what.copy, part), Zmm(from), code_.ptr_b[what.extent],
                      kBelow);
      } else {
        code_.vpcmpuq(legal, Zmm(from), code_.ptr_b[what.extent], kBelow);
      }
      code_.vpmullq(Zmm(offsets), Zmm(from), code_.ptr_b[what.stride]);
      if (what.has_lanes) {
        code_.vpaddq(Zmm(offsets), Zmm(offsets), code_.ptr[what.lanes + part * 64]);
      }
      code_.kmovb(Opmask(6), legal);  // a gather clears its mask
      const int to = what.size == 4 ? (part == 0 ? d.low : static_cast<int>(upper))
                                    : (part == 0 ? d.low : d.high);
      zero(to);
      what.size == 4 ? code_.vgatherqps(Ymm(to) | Opmask(6), code_.ptr[rsi + Zmm(offsets)])
                     : code_.vpgatherqq(Zmm(to) | Opmask(6), code_.ptr[rsi + Zmm(offsets)]);
    }
    if (what.size == 4) join_halves(d.low, upper);
    code_.kunpckbw(kResult, kUpper, kResult);
    if (what.is_masked) {
      code_.kxorw(kUpper, kResult, active(what.copy));
      code_.ktestw(kUpper, kUpper);
      code_.jz(is_legal);
    } else {
      code_.kortestw(kResult, kResult);
      code_.jc(is_legal);
    }
  }

  void shift_down(int d, int a, int distance) override {
    if (distance == 32) return code_.vextractf64x4(Ymm(d), Zmm(a), 1);
    if (distance == 16) return code_.vextractf32x4(Xmm(d), Zmm(a), 1);
    code_.vpshufd(Zmm(d), Zmm(a), distance == 8 ? 0xee : 0x55);
  }

 protected:
  // The first operand stays where it is a NaN.
  void extreme(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    constexpr int kUnordered = 3, kOrdered = 7;
    const bool is_double = type == Type::f64;
    const int wanted = d == a ? kOrdered : kUnordered;
    is_double ? code_.vcmppd(kResult, Zmm(a), Zmm(a), wanted)
              : code_.vcmpps(kResult, Zmm(a), Zmm(a), wanted);
    if (d != a) {
      bare_extreme(primitive, type, d, a, b);
      return is_double ? code_.vmovapd(Zmm(d) | kResult, Zmm(a))
                       : code_.vmovaps(Zmm(d) | kResult, Zmm(a));
    }
    const Zmm to = Zmm(d) | kResult;
    if (is_double) {
      return primitive == Primitive::min ? code_.vminpd(to, Zmm(a), b)
                                         : code_.vmaxpd(to, Zmm(a), b);
    }
    primitive == Primitive::min ? code_.vminps(to, Zmm(a), b) : code_.vmaxps(to, Zmm(a), b);
  }
  void join_halves(int d, int high) override { code_.vinsertf32x8(Zmm(d), Zmm(d), Ymm(high), 1); }
  void shift_by(Primitive primitive, Type type, int d, int a, int b) override {
    const Zmm to(d), from(a), by(b);
    if (primitive == Primitive::shift_left_by) {
      return type == Type::i64 ? code_.vpsllvq(to, from, by) : code_.vpsllvd(to, from, by);
    }
    type == Type::i64 ? code_.vpsravq(to, from, by) : code_.vpsravd(to, from, by);
  }
  void round_to_bf16(int d, int a) override {
    constexpr int kUnordered = 3;
    const Temporary bits(registers_);
    // + 0x7fff, and one more where the last bit to stay is set.
    code_.vpslld(Zmm(bits), Zmm(a), 15);
    code_.vpsrld(Zmm(bits), Zmm(bits), 31);
    code_.vpaddd(Zmm(bits), Zmm(bits), Zmm(a));
    code_.vpternlogd(Zmm(d), Zmm(d), Zmm(d), 0xff);
    code_.vcmpps(kResult, Zmm(a), Zmm(a), kUnordered);
    code_.vpsrld(Zmm(d), Zmm(d), 17);
    code_.vpaddd(Zmm(d), Zmm(bits), Zmm(d));
    code_.vpternlogd(Zmm(d) | kResult, Zmm(d), Zmm(d), 0xff);
  }

 private:
  static Opmask active(int copy) { return Opmask(1 + copy); }
  Opmask active_part(int copy, int part) {
    if (part == 0) return active(copy);
    code_.kshiftrw(kHalf, active(copy), 8);
    return kHalf;
  }
  static int integer_condition(Primitive primitive) {
    switch (primitive) {
      case Primitive::eq:
        return 0;
      case Primitive::lt:
        return 1;
      case Primitive::le:
        return 2;
      default:
        return 4;
    }
  }
  void compare_to(const Opmask& k, Primitive primitive, Type type, int a, const Operand& b) {
    type == Type::i32 ? code_.vpcmpd(k, Zmm(a), b, integer_condition(primitive))
                      : code_.vcmpps(k, Zmm(a), b, float_condition(primitive));
  }
  void compare_half(const Opmask& k, Primitive primitive, Type type, int a, const Operand& b) {
    type == Type::i64 ? code_.vpcmpq(k, Zmm(a), b, integer_condition(primitive))
                      : code_.vcmppd(k, Zmm(a), b, float_condition(primitive));
  }
  void whole(Type type, int d, int a, int mode) {
    constexpr int kQuiet = 8;  // no inexact flag
    type == Type::f64 ? code_.vrndscalepd(Zmm(d), Zmm(a), kQuiet | mode)
                      : code_.vrndscaleps(Zmm(d), Zmm(a), kQuiet | mode);
  }
  // Half of a value's lanes.
  void shorten(Type to, Type from, int d, int a) {
    if (from == Type::i64) {
      return to == Type::f32 ? code_.vcvtqq2ps(Ymm(d), Zmm(a)) : code_.vpmovqd(Ymm(d), Zmm(a));
    }
    to == Type::f32 ? code_.vcvtpd2ps(Ymm(d), Zmm(a)) : code_.vcvttpd2dq(Ymm(d), Zmm(a));
  }
  // A mask comes as 0 or 1.
  void lengthen(Type to, Type from, int d, int a) {
    if (from == Type::f32) {
      return to == Type::f64 ? code_.vcvtps2pd(Zmm(d), Ymm(a)) : code_.vcvttps2qq(Zmm(d), Ymm(a));
    }
    to == Type::f64 ? code_.vcvtdq2pd(Zmm(d), Ymm(a)) : code_.vpmovsxdq(Zmm(d), Ymm(a));
  }

  static constexpr int kNearest = 0;
  int next_ = 4;
};

}  // namespace

std::unique_ptr<VectorSet> make_avx512(Xbyak::CodeGenerator& code, Registers& registers,
                                       Frame& frame) {
  return std::make_unique<Avx512>(code, registers, frame);
}

}  // namespace lazuli::jit
