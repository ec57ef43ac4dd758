// AVX2 with FMA: 16 registers of 8 lanes. Tails go through masks on the stack; what the set lacks
// for 64-bit integers is built from what it has.
#include <utility>

#include "lazuli/backends/cpu/jit/vector_set.h"
#include "lazuli/base/check.h"

namespace lazuli::jit {
namespace {

using Xbyak::Xmm;
using Xbyak::Ymm;
using Xbyak::util::dword;
using Xbyak::util::eax;
using Xbyak::util::edi;
using Xbyak::util::qword;
using Xbyak::util::rax;
using Xbyak::util::rip;
using Xbyak::util::rsi;

constexpr int kMostCopies = 4;

class Avx2 final : public VectorSet {
 public:
  Avx2(Xbyak::CodeGenerator& code, Registers& registers, Frame& frame)
      : VectorSet(code, registers, frame, Operand::YMM, 32) {
    for (int32_t& mask : active_) mask = frame.take_vector(32);
    stage_in_ = frame.take_vector(64);
    stage_out_ = frame.take_vector(64);
  }

  void add_constants(Constants& constants, bool has_longs) override {
    VectorSet::add_constants(constants, has_longs);
    if (has_longs) {
      low_magic_ = constants.add(uint64_t{0x43300000} << 32, 8);
      high_magic_ = constants.add(uint64_t{0x45300000} << 32 | 0x80000000u, 8);
      both_magic_ = constants.add(uint64_t{0x45300000} << 32 | 0x80100000u, 8);
    }
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
  void load_every_second(int d, const RegExp& from, int temporary) override {
    load(d, from);
    load(temporary, from + 28);  // its second element is the ninth
    code_.vshufps(Ymm(d), Ymm(d), Ymm(temporary), 0b11011000);
    code_.vpermpd(Ymm(d), Ymm(d), 0b11011000);
  }
  void narrow(int d, int a, DType dtype) override {
    if (dtype == DType::f16) return code_.vcvtps2ph(Xmm(d), Ymm(a), kNearest);
    const Temporary upper(registers_);
    const int size = static_cast<int>(size_of(dtype));
    if (dtype == DType::boolean) {
      code_.vpsrld(Ymm(d), Ymm(a), 31);
    } else if (dtype == DType::bf16) {
      round_to_bf16(d, a);
      code_.vpsrld(Ymm(d), Ymm(d), 16);
    } else {
      code_.vpslld(Ymm(d), Ymm(a), 32 - 8 * size);
      code_.vpsrld(Ymm(d), Ymm(d), 32 - 8 * size);
    }
    code_.vextracti128(Xmm(upper), Ymm(d), 1);
    code_.vpackusdw(Xmm(d), Xmm(d), Xmm(upper));
    if (size == 1) code_.vpackuswb(Xmm(d), Xmm(d), Xmm(d));
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
        return is_long(type) ? 0 : kFirst | kSecond;
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
        return is_long(type) ? 0 : kSecond;
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
    switch (primitive) {
      case Primitive::sqrt:
        return type == Type::f64 ? code_.vsqrtpd(Ymm(d), Ymm(a)) : code_.vsqrtps(Ymm(d), Ymm(a));
      case Primitive::abs:
        return code_.vandps(Ymm(d), Ymm(a),
                            constant(type == Type::f64 ? magnitude_long_ : magnitude_));
      case Primitive::neg: {
        if (type == Type::f32) return code_.vxorps(Ymm(d), Ymm(a), constant(sign_));
        if (type == Type::f64) return code_.vxorps(Ymm(d), Ymm(a), constant(sign_long_));
        const Temporary zeros(registers_);
        zero(zeros);
        return type == Type::i64 ? code_.vpsubq(Ymm(d), Ymm(zeros), Ymm(a))
                                 : code_.vpsubd(Ymm(d), Ymm(zeros), Ymm(a));
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
        return code_.vpxor(Ymm(d), Ymm(a), constant(ones_));
      default:
        throw InternalError(format("jit: {} is not unary", name_of(primitive)));
    }
  }

  void round_to(DType dtype, int d, int a) override {
    if (dtype == DType::f16) {
      code_.vcvtps2ph(Xmm(d), Ymm(a), kNearest);
      return code_.vcvtph2ps(Ymm(d), Xmm(d));
    }
    const Temporary rounded(registers_);
    round_to_bf16(rounded, a);
    code_.vpsrld(Ymm(rounded), Ymm(rounded), 16);
    code_.vpslld(Ymm(d), Ymm(rounded), 16);
  }

  void shift(Primitive primitive, Type type, int d, int a, int distance) override {
    if (type == Type::i64) {
      if (primitive == Primitive::shift_left) return code_.vpsllq(Ymm(d), Ymm(a), distance);
      if (primitive == Primitive::shift_right_logical) {
        return code_.vpsrlq(Ymm(d), Ymm(a), distance);
      }
      const Temporary signs(registers_);
      flip_negatives(signs, d, a);
      code_.vpsrlq(Ymm(d), Ymm(d), distance);
      return code_.vpxor(Ymm(d), Ymm(d), Ymm(signs));
    }
    if (primitive == Primitive::shift_left) return code_.vpslld(Ymm(d), Ymm(a), distance);
    if (primitive == Primitive::shift_right) return code_.vpsrad(Ymm(d), Ymm(a), distance);
    code_.vpsrld(Ymm(d), Ymm(a), distance);
  }

  void compare(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    if (type == Type::f32) {
      return code_.vcmpps(Ymm(d), Ymm(a), b, float_condition(primitive));
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
  void compare_long(Primitive primitive, Type type, int d, Pair a, Pair b) override {
    const Temporary low(registers_);
    compare_half(primitive, type, low, a.low, b.low);
    if (a.high >= 0) {
      const Temporary high(registers_);
      compare_half(primitive, type, high, a.high, b.high);
      take_low_words(d, low, high);
    } else {
      take_low_words(d, low, low);
    }
    if (type == Type::i64 && (primitive == Primitive::ne || primitive == Primitive::le)) {
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
    if (is_long(from)) return is_long(to) ? between_longs(to, d, a) : shorten(to, from, d.low, a);
    if (is_long(to)) return lengthen(to, from, d, a.low);
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

  void gather(Pair d, Pair index, const Gather& what, Label& is_legal) override {
    const Temporary offsets(registers_), upper(registers_);
    for (int part = 0; part < 2; ++part) {
      const int from = part == 0 ? index.low : index.high;
      const int to = part == 0 ? d.low : what.size == 4 ? static_cast<int>(upper) : d.high;
      code_.vpbroadcastq(Ymm(to), qword[what.stride]);
      multiply_long(offsets, from, to);
      if (what.has_lanes) {
        code_.vpaddq(Ymm(offsets), Ymm(offsets), code_.ptr[what.lanes + part * 32]);
      }
      const Temporary legal(registers_), active(registers_);
      code_.vpbroadcastq(Ymm(legal), qword[what.extent]);
      code_.vpcmpgtq(Ymm(legal), Ymm(legal), Ymm(from));
      code_.vpcmpeqd(Ymm(active), Ymm(active), Ymm(active));
      code_.vpcmpgtq(Ymm(to), Ymm(from), Ymm(active));  // above -1
      code_.vpand(Ymm(legal), Ymm(legal), Ymm(to));
      if (what.is_masked) active_part(active, 8, what.copy, part);
      code_.vpand(Ymm(legal), Ymm(legal), Ymm(active));
      code_.vpandn(Ymm(active), Ymm(legal), Ymm(active));
      code_.vmovmskpd(part == 0 ? eax : edi, Ymm(active));
      zero(to);
      if (what.size == 8) {  // a gather clears its mask
        code_.vgatherqpd(Ymm(to), code_.ptr[rsi + Ymm(offsets)], Ymm(legal));
        continue;
      }
      code_.vextracti128(Xmm(active), Ymm(legal), 1);
      code_.vshufps(Xmm(legal), Xmm(legal), Xmm(active), 0x88);
      code_.vgatherqps(Xmm(to), code_.ptr[rsi + Ymm(offsets)], Xmm(legal));
    }
    if (what.size == 4) code_.vinsertf128(Ymm(d.low), Ymm(d.low), Xmm(upper), 1);
    code_.or_(eax, edi);
    code_.jz(is_legal);
  }

  void shift_down(int d, int a, int distance) override {
    if (distance == 16) return code_.vextracti128(Xmm(d), Ymm(a), 1);
    code_.vpshufd(Ymm(d), Ymm(a), distance == 8 ? 0xee : 0x55);
  }

 protected:
  void extreme(Primitive primitive, Type type, int d, int a, const Operand& b) override {
    constexpr int kUnordered = 3;
    const Temporary result(registers_);
    const Temporary nan(registers_);
    bare_extreme(primitive, type, result, a, b);
    if (type == Type::f64) {
      code_.vcmppd(Ymm(nan), Ymm(a), Ymm(a), kUnordered);
      return code_.vblendvpd(Ymm(d), Ymm(result), Ymm(a), Ymm(nan));
    }
    code_.vcmpps(Ymm(nan), Ymm(a), Ymm(a), kUnordered);
    code_.vblendvps(Ymm(d), Ymm(result), Ymm(a), Ymm(nan));
  }
  void join_halves(int d, int high) override { code_.vinserti128(Ymm(d), Ymm(d), Xmm(high), 1); }
  void shift_by(Primitive primitive, Type type, int d, int a, int b) override {
    const bool is_left = primitive == Primitive::shift_left_by;
    if (type == Type::i32) {
      return is_left ? code_.vpsllvd(Ymm(d), Ymm(a), Ymm(b))
                     : code_.vpsravd(Ymm(d), Ymm(a), Ymm(b));
    }
    if (is_left) return code_.vpsllvq(Ymm(d), Ymm(a), Ymm(b));
    const Temporary signs(registers_), flipped(registers_);
    flip_negatives(signs, flipped, a);
    code_.vpsrlvq(Ymm(flipped), Ymm(flipped), Ymm(b));
    code_.vpxor(Ymm(d), Ymm(flipped), Ymm(signs));
  }
  void round_to_bf16(int d, int a) override {
    constexpr int kUnordered = 3;
    const Temporary bits(registers_);
    // + 0x7fff, and one more where the last bit to stay is set.
    code_.vpslld(Ymm(bits), Ymm(a), 15);
    code_.vpsrld(Ymm(bits), Ymm(bits), 31);
    code_.vpaddd(Ymm(bits), Ymm(bits), Ymm(a));
    code_.vpcmpeqd(Ymm(d), Ymm(d), Ymm(d));
    code_.vpsrld(Ymm(d), Ymm(d), 17);
    code_.vpaddd(Ymm(bits), Ymm(bits), Ymm(d));
    code_.vcmpps(Ymm(d), Ymm(a), Ymm(a), kUnordered);
    code_.vpor(Ymm(d), Ymm(bits), Ymm(d));
  }

 private:
  static constexpr int kNearest = 0;

  void whole(Type type, int d, int a, int mode) {
    constexpr int kQuiet = 8;  // no inexact flag
    type == Type::f64 ? code_.vroundpd(Ymm(d), Ymm(a), kQuiet | mode)
                      : code_.vroundps(Ymm(d), Ymm(a), kQuiet | mode);
  }
  // signs = all ones where the i64 is negative; d = a with those lanes inverted, so that the zeros
  // that a logical shift lets in become copies of the sign when they are inverted back.
  void flip_negatives(int signs, int d, int a) {
    zero(signs);
    code_.vpcmpgtq(Ymm(signs), Ymm(signs), Ymm(a));
    code_.vpxor(Ymm(d), Ymm(a), Ymm(signs));
  }
  void active_part(int d, int size, int copy, int part) {
    if (size == 4) return load(d, frame_.at(active_[copy]));
    code_.vpmovsxdq(Ymm(d), code_.ptr[frame_.at(active_[copy] + 16 * part)]);
  }
  // The low 32 bits of each 64-bit lane; a then b.
  void take_low_words(int d, int a, int b) {
    code_.vshufps(Ymm(d), Ymm(a), Ymm(b), 0x88);
    code_.vpermq(Ymm(d), Ymm(d), 0xd8);
  }
  // Of integers equal for eq and ne; the opposite of le, and lt.
  void compare_half(Primitive primitive, Type type, int d, int a, int b) {
    if (type == Type::f64) {
      return code_.vcmppd(Ymm(d), Ymm(a), Ymm(b), float_condition(primitive));
    }
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
  void shorten(Type to, Type from, int d, Pair a) {
    if (from == Type::i64) {
      return to == Type::f32 ? long_to_float(d, a) : take_low_words(d, a.low, a.high);
    }
    const Temporary upper(registers_);
    if (to == Type::f32) {
      code_.vcvtpd2ps(Xmm(d), Ymm(a.low));
      code_.vcvtpd2ps(Xmm(upper), Ymm(a.high));
    } else {
      code_.vcvttpd2dq(Xmm(d), Ymm(a.low));
      code_.vcvttpd2dq(Xmm(upper), Ymm(a.high));
    }
    code_.vinserti128(Ymm(d), Ymm(d), Xmm(upper), 1);
  }
  void lengthen(Type to, Type from, Pair d, int a) {
    lengthen_half(to, from, d.low, a);
    if (d.high < 0) return;
    const Temporary upper(registers_);
    code_.vextracti128(Xmm(upper), Ymm(a), 1);
    lengthen_half(to, from, d.high, upper);
  }
  // The first four lanes.
  void lengthen_half(Type to, Type from, int d, int a) {
    switch (from) {
      case Type::mask:
        code_.vpmovsxdq(Ymm(d), Xmm(a));
        return to == Type::f64 ? code_.vandps(Ymm(d), Ymm(d), constant(one_long_))
                               : code_.vpsrlq(Ymm(d), Ymm(d), 63);
      case Type::i32:
        return to == Type::f64 ? code_.vcvtdq2pd(Ymm(d), Xmm(a)) : code_.vpmovsxdq(Ymm(d), Xmm(a));
      default:
        if (to == Type::f64) return code_.vcvtps2pd(Ymm(d), Xmm(a));
    }
    code_.vmovups(code_.ptr[frame_.at(stage_in_)], Xmm(a));
    for (int i = 0; i < 4; ++i) {
      code_.vcvttss2si(rax, dword[frame_.at(stage_in_ + 4 * i)]);
      code_.mov(qword[frame_.at(stage_out_ + 8 * i)], rax);
    }
    load(d, frame_.at(stage_out_));
  }
  void between_longs(Type to, Pair d, Pair a) {
    for (const auto& [half, from] : {std::pair(d.low, a.low), std::pair(d.high, a.high)}) {
      if (half >= 0) to == Type::f64 ? long_to_double(half, from) : double_to_long(half, from);
    }
  }
  // The upper word as 2^84 + 2^32 * (it + 2^31) and the lower as 2^52 + it are exact, and so is the
  // first less those three powers; the sum rounds once.
  void long_to_double(int d, int a) {
    const Temporary low(registers_);
    code_.vmovaps(Ymm(low), constant(low_magic_));
    code_.vpblendd(Ymm(low), Ymm(low), Ymm(a), 0x55);
    code_.vpsrlq(Ymm(d), Ymm(a), 32);
    code_.vpxor(Ymm(d), Ymm(d), constant(high_magic_));
    code_.vsubpd(Ymm(d), Ymm(d), constant(both_magic_));
    code_.vaddpd(Ymm(d), Ymm(d), Ymm(low));
  }
  void double_to_long(int d, int a) {
    store(frame_.at(stage_in_), a);
    for (int i = 0; i < 4; ++i) {
      code_.vcvttsd2si(rax, qword[frame_.at(stage_in_ + 8 * i)]);
      code_.mov(qword[frame_.at(stage_out_ + 8 * i)], rax);
    }
    load(d, frame_.at(stage_out_));
  }

  int32_t active_[kMostCopies];
  int32_t stage_in_;
  int32_t stage_out_;
  Constants::Entry indices_ = nullptr;
  Constants::Entry low_magic_ = nullptr;   // 2^52
  Constants::Entry high_magic_ = nullptr;  // 2^84 with the sign of the upper word
  Constants::Entry both_magic_ = nullptr;  // 2^84 + 2^63 + 2^52
};

}  // namespace

std::unique_ptr<VectorSet> make_avx2(Xbyak::CodeGenerator& code, Registers& registers,
                                     Frame& frame) {
  return std::make_unique<Avx2>(code, registers, frame);
}

}  // namespace lazuli::jit
