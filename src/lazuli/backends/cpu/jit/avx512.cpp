// AVX-512 with F, BW, DQ and VL: 32 registers of 16 lanes, tails and comparisons through k masks.
// k1 and k2 hold the active lanes of a tail, k3 to k7 serve for a few instructions.
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
  void pack_bools(int d, int a) override {
    const Temporary bits(registers_);
    code_.vpsrld(Zmm(bits), Zmm(a), 31);
    code_.vpmovdb(Xmm(d), Zmm(bits));
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
        return type == Type::i64 ? 0 : kFirst | kSecond;
      case Primitive::lt:
      case Primitive::le:
        return type == Type::i64 ? 0 : kSecond;
      case Primitive::sub:
      case Primitive::div:
      case Primitive::min:
      case Primitive::max:
        return kSecond;
      case Primitive::fma:
        return kFirst | kSecond | kThird;
      case Primitive::select:
        return type == Type::i64 ? 0 : kSecond;
      default:
        return 0;
    }
  }

  void binary(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    if (type == Type::i64) {
      if (primitive == Primitive::mul) return code_.vpmullq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::min) return code_.vpminsq(Zmm(d), Zmm(a), b);
      if (primitive == Primitive::max) return code_.vpmaxsq(Zmm(d), Zmm(a), b);
    }
    if (primitive == Primitive::bit_and) return code_.vpandd(Zmm(d), Zmm(a), b);
    if (primitive == Primitive::bit_or) return code_.vpord(Zmm(d), Zmm(a), b);
    if (primitive == Primitive::bit_xor) return code_.vpxord(Zmm(d), Zmm(a), b);
    VectorSet::binary(primitive, type, d, a, b);
  }

  void unary(Primitive primitive, Type type, int d, int a) override {
    constexpr int kQuiet = 8;  // no inexact flag
    switch (primitive) {
      case Primitive::sqrt:
        return code_.vsqrtps(Zmm(d), Zmm(a));
      case Primitive::abs:
        return code_.vpandd(Zmm(d), Zmm(a), constant(magnitude_));
      case Primitive::neg: {
        if (type == Type::f32) return code_.vpxord(Zmm(d), Zmm(a), constant(sign_));
        const Temporary zeros(registers_);
        zero(zeros);
        return type == Type::i64 ? code_.vpsubq(Zmm(d), Zmm(zeros), Zmm(a))
                                 : code_.vpsubd(Zmm(d), Zmm(zeros), Zmm(a));
      }
      case Primitive::round:
        return code_.vrndscaleps(Zmm(d), Zmm(a), kQuiet);
      case Primitive::floor:
        return code_.vrndscaleps(Zmm(d), Zmm(a), kQuiet | 1);
      case Primitive::ceil:
        return code_.vrndscaleps(Zmm(d), Zmm(a), kQuiet | 2);
      case Primitive::trunc:
        return code_.vrndscaleps(Zmm(d), Zmm(a), kQuiet | 3);
      case Primitive::bit_not:
        return code_.vpternlogd(Zmm(d), Zmm(a), Zmm(a), 0x55);
      default:
        throw InternalError(format("jit: {} is not unary", name_of(primitive)));
    }
  }

  void shift(Primitive primitive, int d, int a, int distance) override {
    if (primitive == Primitive::shift_left) return code_.vpslld(Zmm(d), Zmm(a), distance);
    if (primitive == Primitive::shift_right) return code_.vpsrad(Zmm(d), Zmm(a), distance);
    code_.vpsrld(Zmm(d), Zmm(a), distance);
  }

  void compare(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    compare_to(kResult, primitive, type, a, b);
    code_.vpmovm2d(Zmm(d), kResult);
  }
  void compare_long(Primitive primitive, int d, Pair a, Pair b) override {
    code_.vpcmpq(kResult, Zmm(a.low), Zmm(b.low), integer_condition(primitive));
    if (a.high >= 0) {
      code_.vpcmpq(kUpper, Zmm(a.high), Zmm(b.high), integer_condition(primitive));
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
    compare_to(Opmask(next_), primitive, type, a, b);
    code_.vblendmps(Zmm(d) | Opmask(next_), Zmm(y), Zmm(x));
  }

  void convert(Type to, Type from, Pair d, Pair a) override {
    const bool both = d.high >= 0;
    if (from == Type::i64) {
      const Temporary upper(registers_);
      if (to == Type::f32) {
        code_.vcvtqq2ps(Ymm(d.low), Zmm(a.low));
        code_.vcvtqq2ps(Ymm(upper), Zmm(a.high));
      } else {
        code_.vpmovqd(Ymm(d.low), Zmm(a.low));
        code_.vpmovqd(Ymm(upper), Zmm(a.high));
      }
      return code_.vinsertf32x8(Zmm(d.low), Zmm(d.low), Ymm(upper), 1);
    }
    if (to == Type::i64) {
      int source = a.low;
      const Temporary bits(registers_);
      if (from == Type::mask) {
        code_.vpsrld(Zmm(bits), Zmm(a.low), 31);
        source = bits;
      }
      widen(from, d.low, source);
      if (!both) return;
      code_.vextractf32x8(Ymm(bits), Zmm(source), 1);
      return widen(from, d.high, bits);
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

  bool gathers() const override { return true; }
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
    if (what.size == 4) code_.vinsertf32x8(Zmm(d.low), Zmm(d.low), Ymm(upper), 1);
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
  void extreme(Primitive primitive, int d, int a, const Operand& b) override {
    constexpr int kUnordered = 3, kOrdered = 7;
    const bool is_min = primitive == Primitive::min;
    if (d == a) {
      code_.vcmpps(kResult, Zmm(a), Zmm(a), kOrdered);
      is_min ? code_.vminps(Zmm(d) | kResult, Zmm(a), b)
             : code_.vmaxps(Zmm(d) | kResult, Zmm(a), b);
      return;
    }
    code_.vcmpps(kResult, Zmm(a), Zmm(a), kUnordered);
    is_min ? code_.vminps(Zmm(d), Zmm(a), b) : code_.vmaxps(Zmm(d), Zmm(a), b);
    code_.vmovaps(Zmm(d) | kResult, Zmm(a));
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
    if (type == Type::i32) {
      return code_.vpcmpd(k, Zmm(a), b, integer_condition(primitive));
    }
    const int condition = primitive == Primitive::lt   ? 0x11
                          : primitive == Primitive::le ? 0x12
                                                       : integer_condition(primitive);
    code_.vcmpps(k, Zmm(a), b, condition);
  }
  void widen(Type from, int d, int a) {
    if (from == Type::f32) return code_.vcvttps2qq(Zmm(d), Ymm(a));
    from == Type::mask ? code_.vpmovzxdq(Zmm(d), Ymm(a)) : code_.vpmovsxdq(Zmm(d), Ymm(a));
  }

  int next_ = 4;
};

}  // namespace

std::unique_ptr<VectorSet> make_avx512(Xbyak::CodeGenerator& code, Registers& registers,
                                       Frame& frame) {
  return std::make_unique<Avx512>(code, registers, frame);
}

}  // namespace lazuli::jit
