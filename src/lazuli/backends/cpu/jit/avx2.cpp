// AVX2 with FMA: 16 registers of 8 lanes. Tails go through masks on the stack; what the set lacks
// for 64-bit integers is built from what it has.
#include "lazuli/backends/cpu/jit/vector_set.h"
#include "lazuli/base/check.h"

namespace lazuli::jit {
namespace {

using Xbyak::Xmm;
using Xbyak::Ymm;
using Xbyak::util::dword;
using Xbyak::util::qword;
using Xbyak::util::rax;
using Xbyak::util::rip;

constexpr int kMostCopies = 4;

class Avx2 final : public VectorSet {
 public:
  Avx2(Xbyak::CodeGenerator& code, Registers& registers, Frame& frame)
      : VectorSet(code, registers, frame, Operand::YMM, 32) {
    for (int32_t& mask : active_) mask = frame.take_vector(32);
    stage_in_ = frame.take_vector(64);
    stage_out_ = frame.take_vector(64);
  }

  void add_constants(Constants& constants) override {
    VectorSet::add_constants(constants);
    uint8_t* indices = constants.reserve(kMostCopies * 32);
    for (int32_t i = 0; i < kMostCopies * 8; ++i) std::memcpy(indices + 4 * i, &i, 4);
    indices_ = indices;
  }
  Xbyak::Address constant(Constants::Entry entry) const override {
    return code_.ptr[rip + static_cast<const void*>(entry)];
  }
  void zero(int d) override { code_.vpxor(Ymm(d), Ymm(d), Ymm(d)); }
  void broadcast(int d, const Xbyak::Reg64& from, int size) override {
    if (size == 4) {
      code_.vmovd(Xmm(d), from.cvt32());
      return code_.vpbroadcastd(Ymm(d), Xmm(d));
    }
    code_.vmovq(Xmm(d), from);
    code_.vpbroadcastq(Ymm(d), Xmm(d));
  }
  void pack_bools(int d, int a) override {
    const Temporary bits(registers_);
    const Temporary upper(registers_);
    code_.vpsrld(Ymm(bits), Ymm(a), 31);
    code_.vextracti128(Xmm(upper), Ymm(bits), 1);
    code_.vpackusdw(Xmm(bits), Xmm(bits), Xmm(upper));
    code_.vpackuswb(Xmm(d), Xmm(bits), Xmm(bits));
  }
  void insert_block(int d, int block, int a) override {
    code_.vinserti128(Ymm(d), Ymm(d), Xmm(a), block);
  }
  void extract_block(int d, int a, int block) override {
    code_.vextracti128(Xmm(d), Ymm(a), block);
  }

  uint32_t memory_operands(Primitive primitive, Type type) const override {
    switch (primitive) {
      case Primitive::add:
      case Primitive::bit_and:
      case Primitive::bit_or:
      case Primitive::bit_xor:
        return kFirst | kSecond;
      case Primitive::mul:
        return type == Type::i64 ? 0 : kFirst | kSecond;
      case Primitive::eq:
      case Primitive::ne:
        return type == Type::i64 ? 0 : kFirst | kSecond;
      case Primitive::lt:
      case Primitive::le:
        return type == Type::f32 ? kSecond : 0;
      case Primitive::sub:
      case Primitive::div:
        return kSecond;
      case Primitive::min:
      case Primitive::max:
        return type == Type::i64 ? 0 : kSecond;
      case Primitive::fma:
        return kFirst | kSecond | kThird;
      case Primitive::select:
        return type == Type::i64 ? 0 : kSecond;
      default:
        return 0;
    }
  }

  void binary(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    if (type == Type::i64 && primitive == Primitive::mul) return multiply_long(d, a, b.getIdx());
    if (type == Type::i64 && (primitive == Primitive::min || primitive == Primitive::max)) {
      const Temporary greater(registers_);
      code_.vpcmpgtq(Ymm(greater), Ymm(a), b);
      const Ymm other(b.getIdx());
      return primitive == Primitive::max ? code_.vblendvpd(Ymm(d), other, Ymm(a), Ymm(greater))
                                         : code_.vblendvpd(Ymm(d), Ymm(a), other, Ymm(greater));
    }
    if (primitive == Primitive::bit_and) return code_.vpand(Ymm(d), Ymm(a), b);
    if (primitive == Primitive::bit_or) return code_.vpor(Ymm(d), Ymm(a), b);
    if (primitive == Primitive::bit_xor) return code_.vpxor(Ymm(d), Ymm(a), b);
    VectorSet::binary(primitive, type, d, a, b);
  }

  void unary(Primitive primitive, Type type, int d, int a) override {
    constexpr int kQuiet = 8;  // no inexact flag
    switch (primitive) {
      case Primitive::sqrt:
        return code_.vsqrtps(Ymm(d), Ymm(a));
      case Primitive::abs:
        return code_.vandps(Ymm(d), Ymm(a), constant(magnitude_));
      case Primitive::neg: {
        if (type == Type::f32) return code_.vxorps(Ymm(d), Ymm(a), constant(sign_));
        const Temporary zeros(registers_);
        zero(zeros);
        return type == Type::i64 ? code_.vpsubq(Ymm(d), Ymm(zeros), Ymm(a))
                                 : code_.vpsubd(Ymm(d), Ymm(zeros), Ymm(a));
      }
      case Primitive::round:
        return code_.vroundps(Ymm(d), Ymm(a), kQuiet);
      case Primitive::floor:
        return code_.vroundps(Ymm(d), Ymm(a), kQuiet | 1);
      case Primitive::ceil:
        return code_.vroundps(Ymm(d), Ymm(a), kQuiet | 2);
      case Primitive::trunc:
        return code_.vroundps(Ymm(d), Ymm(a), kQuiet | 3);
      case Primitive::bit_not:
        return code_.vpxor(Ymm(d), Ymm(a), constant(ones_));
      default:
        throw InternalError(format("jit: {} is not unary", name_of(primitive)));
    }
  }

  void shift(Primitive primitive, int d, int a, int distance) override {
    if (primitive == Primitive::shift_left) return code_.vpslld(Ymm(d), Ymm(a), distance);
    if (primitive == Primitive::shift_right) return code_.vpsrad(Ymm(d), Ymm(a), distance);
    code_.vpsrld(Ymm(d), Ymm(a), distance);
  }

  void compare(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    if (type == Type::f32) {
      const int condition = primitive == Primitive::eq   ? 0
                            : primitive == Primitive::ne ? 4
                            : primitive == Primitive::lt ? 0x11
                                                         : 0x12;
      return code_.vcmpps(Ymm(d), Ymm(a), b, condition);
    }
    switch (primitive) {
      case Primitive::lt:
        return code_.vpcmpgtd(Ymm(d), Ymm(b.getIdx()), Ymm(a));
      case Primitive::le:
        code_.vpcmpgtd(Ymm(d), Ymm(a), b);
        break;
      default:
        code_.vpcmpeqd(Ymm(d), Ymm(a), b);
        if (primitive == Primitive::eq) return;
    }
    code_.vpxor(Ymm(d), Ymm(d), constant(ones_));
  }
  void compare_long(Primitive primitive, int d, Pair a, Pair b) override {
    const Temporary low(registers_);
    compare_half(primitive, low, a.low, b.low);
    if (a.high >= 0) {
      const Temporary high(registers_);
      compare_half(primitive, high, a.high, b.high);
      narrow(d, low, high);
    } else {
      narrow(d, low, low);
    }
    if (primitive == Primitive::ne || primitive == Primitive::le) {
      code_.vpxor(Ymm(d), Ymm(d), constant(ones_));
    }
  }
  void select(int d, int mask, const Operand& b, int c) override {
    code_.vblendvps(Ymm(d), Ymm(c), b, Ymm(mask));
  }
  void select_long(Pair d, int mask, Pair b, Pair c) override {
    const Temporary wide(registers_);
    code_.vpmovsxdq(Ymm(wide), Xmm(mask));
    code_.vblendvpd(Ymm(d.low), Ymm(c.low), Ymm(b.low), Ymm(wide));
    if (d.high < 0) return;
    code_.vextracti128(Xmm(wide), Ymm(mask), 1);
    code_.vpmovsxdq(Ymm(wide), Xmm(wide));
    code_.vblendvpd(Ymm(d.high), Ymm(c.high), Ymm(b.high), Ymm(wide));
  }

  void convert(Type to, Type from, Pair d, Pair a) override {
    if (from == Type::i64) {
      return to == Type::f32 ? long_to_float(d.low, a) : narrow(d.low, a.low, a.high);
    }
    if (to == Type::i64) return widen(from, d, a.low);
    if (from == Type::mask) {
      return to == Type::f32 ? code_.vandps(Ymm(d.low), Ymm(a.low), constant(one_))
                             : code_.vpsrld(Ymm(d.low), Ymm(a.low), 31);
    }
    to == Type::f32 ? code_.vcvtdq2ps(Ymm(d.low), Ymm(a.low))
                    : code_.vcvttps2dq(Ymm(d.low), Ymm(a.low));
  }

  void set_active(int copies) override {
    const Temporary count(registers_);
    const Temporary lanes(registers_);
    broadcast(count, rax, 4);
    for (int i = 0; i < copies; ++i) {
      code_.vpcmpgtd(Ymm(lanes), Ymm(count),
                     code_.ptr[rip + static_cast<const void*>(indices_ + i * 32)]);
      store(frame_.at(active_[i]), lanes);
    }
  }
  void load_active(int d, const RegExp& from, int size, int copy, int part) override {
    const Temporary lanes(registers_);
    active_part(lanes, size, copy, part);
    size == 4 ? code_.vmaskmovps(Ymm(d), Ymm(lanes), code_.ptr[from])
              : code_.vmaskmovpd(Ymm(d), Ymm(lanes), code_.ptr[from]);
  }
  void store_active(const RegExp& to, int a, int size, int copy, int part) override {
    const Temporary lanes(registers_);
    active_part(lanes, size, copy, part);
    size == 4 ? code_.vmaskmovps(code_.ptr[to], Ymm(lanes), Ymm(a))
              : code_.vmaskmovpd(code_.ptr[to], Ymm(lanes), Ymm(a));
  }
  void keep_active(int d, int a, Constants::Entry otherwise, int size, int copy,
                   int part) override {
    const Temporary lanes(registers_);
    active_part(lanes, size, copy, part);
    load_constant(d, otherwise, size);
    code_.vblendvps(Ymm(d), Ymm(d), Ymm(a), Ymm(lanes));
  }
  bool masks_bytes() const override { return false; }

  void shift_down(int d, int a, int distance) override {
    if (distance == 16) return code_.vextracti128(Xmm(d), Ymm(a), 1);
    code_.vpshufd(Ymm(d), Ymm(a), distance == 8 ? 0xee : 0x55);
  }

 protected:
  void extreme(Primitive primitive, int d, int a, const Operand& b) override {
    constexpr int kUnordered = 3;
    const Temporary result(registers_);
    const Temporary nan(registers_);
    primitive == Primitive::min ? code_.vminps(Ymm(result), Ymm(a), b)
                                : code_.vmaxps(Ymm(result), Ymm(a), b);
    code_.vcmpps(Ymm(nan), Ymm(a), Ymm(a), kUnordered);
    code_.vblendvps(Ymm(d), Ymm(result), Ymm(a), Ymm(nan));
  }

 private:
  void active_part(int d, int size, int copy, int part) {
    if (size == 4) return load(d, frame_.at(active_[copy]));
    code_.vpmovsxdq(Ymm(d), code_.ptr[frame_.at(active_[copy] + 16 * part)]);
  }
  // The low 32 bits of each 64-bit lane; a then b.
  void narrow(int d, int a, int b) {
    code_.vshufps(Ymm(d), Ymm(a), Ymm(b), 0x88);
    code_.vpermq(Ymm(d), Ymm(d), 0xd8);
  }
  // Equal for eq and ne; the opposite of le, and lt.
  void compare_half(Primitive primitive, int d, int a, int b) {
    if (primitive == Primitive::lt) return code_.vpcmpgtq(Ymm(d), Ymm(b), Ymm(a));
    if (primitive == Primitive::le) return code_.vpcmpgtq(Ymm(d), Ymm(a), Ymm(b));
    code_.vpcmpeqq(Ymm(d), Ymm(a), Ymm(b));
  }
  // a * b modulo 2^64 from products of 32 bits.
  void multiply_long(int d, int a, int b) {
    const Temporary cross(registers_);
    const Temporary product(registers_);
    code_.vpsrlq(Ymm(cross), Ymm(b), 32);
    code_.vpmuludq(Ymm(cross), Ymm(cross), Ymm(a));
    code_.vpsrlq(Ymm(product), Ymm(a), 32);
    code_.vpmuludq(Ymm(product), Ymm(product), Ymm(b));
    code_.vpaddq(Ymm(cross), Ymm(cross), Ymm(product));
    code_.vpsllq(Ymm(cross), Ymm(cross), 32);
    code_.vpmuludq(Ymm(product), Ymm(a), Ymm(b));
    code_.vpaddq(Ymm(d), Ymm(cross), Ymm(product));
  }
  // A lane at a time, since nothing else rounds once.
  void long_to_float(int d, Pair a) {
    const Temporary zeros(registers_);
    const Temporary one(registers_);
    store(frame_.at(stage_in_), a.low);
    store(frame_.at(stage_in_ + 32), a.high);
    zero(zeros);
    for (int i = 0; i < 8; ++i) {
      code_.vcvtsi2ss(Xmm(one), Xmm(zeros), qword[frame_.at(stage_in_ + 8 * i)]);
      code_.vmovss(dword[frame_.at(stage_out_ + 4 * i)], Xmm(one));
    }
    load(d, frame_.at(stage_out_));
  }
  void widen(Type from, Pair d, int a) {
    const bool both = d.high >= 0;
    if (from == Type::f32) {
      store(frame_.at(stage_in_), a);
      for (int i = 0; i < (both ? 8 : 4); ++i) {
        code_.vcvttss2si(rax, dword[frame_.at(stage_in_ + 4 * i)]);
        code_.mov(qword[frame_.at(stage_out_ + 8 * i)], rax);
      }
      load(d.low, frame_.at(stage_out_));
      if (both) load(d.high, frame_.at(stage_out_ + 32));
      return;
    }
    const Temporary bits(registers_);
    if (from == Type::mask) {
      code_.vpsrld(Ymm(bits), Ymm(a), 31);
    } else {
      move(bits, a);
    }
    code_.vpmovsxdq(Ymm(d.low), Xmm(bits));
    if (!both) return;
    code_.vextracti128(Xmm(bits), Ymm(bits), 1);
    code_.vpmovsxdq(Ymm(d.high), Xmm(bits));
  }

  int32_t active_[kMostCopies];
  int32_t stage_in_;
  int32_t stage_out_;
  Constants::Entry indices_ = nullptr;
};

}  // namespace

std::unique_ptr<VectorSet> make_avx2(Xbyak::CodeGenerator& code, Registers& registers,
                                     Frame& frame) {
  return std::make_unique<Avx2>(code, registers, frame);
}

}  // namespace lazuli::jit
