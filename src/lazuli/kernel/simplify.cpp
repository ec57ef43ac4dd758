#include "lazuli/kernel/simplify.h"

#include <bit>
#include <cmath>

#include "lazuli/kernel/evaluate.h"
#include "lazuli/kernel/float_environment.h"

namespace lazuli::kernel {
namespace {

constexpr uint64_t kZero = 0;

constexpr bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }

bool is_shift(Primitive primitive) {
  return primitive == Primitive::shift_left || primitive == Primitive::shift_right ||
         primitive == Primitive::shift_right_logical;
}

// The reciprocal, where x / divisor and x * reciprocal round the same real number: both are powers
// of two. Zero where it is not.
template <typename T>
T exact_reciprocal(T divisor) {
  int exponent = 0;
  const bool power = std::isfinite(divisor) && std::abs(std::frexp(divisor, &exponent)) == T{0.5};
  if (!power) return 0;
  const T reciprocal = 1 / divisor;
  return std::isfinite(reciprocal) ? reciprocal : 0;
}

class Simplifier {
 public:
  Simplifier(Builder& builder, const std::vector<Instruction>& code, Instruction instruction)
      : builder_(builder), code_(code), instruction_(instruction), type_(instruction.type) {
    Value* values[] = {&a_, &b_, &c_};
    for (int i = 0; i < 3 && instruction.operands[i] != kNoValue; ++i) {
      *values[i] = value_of(instruction.operands[i]);
    }
  }

  Value run() {
    if (const Value value = fold()) return value;
    switch (instruction_.primitive) {
      case Primitive::add:
        return add();
      case Primitive::sub:
        return sub();
      case Primitive::mul:
        return mul();
      case Primitive::div:
        return div();
      case Primitive::fma:
        return fma();
      case Primitive::min:
      case Primitive::max:
        return same() ? a_ : Value();
      case Primitive::abs:
        if (made_by(a_, Primitive::abs)) return a_;
        return made_by(a_, Primitive::neg) ? emit(Primitive::abs, operand(a_, 0)) : Value();
      case Primitive::neg:
        return made_by(a_, Primitive::neg) ? operand(a_, 0) : Value();
      case Primitive::round:
      case Primitive::floor:
      case Primitive::ceil:
      case Primitive::trunc:
        return is_whole(a_) ? a_ : Value();
      case Primitive::round_to:
        return is_rounded(a_) ? a_ : Value();
      case Primitive::quotient:
        return quotient();
      case Primitive::remainder:
        return remainder();
      case Primitive::shift_left_by:
      case Primitive::shift_right_by:
        return shift_by();
      case Primitive::eq:
      case Primitive::le:
        return same() && !is_float(a_.type) ? builder_.mask(true) : Value();
      case Primitive::ne:
        return not_equal();
      case Primitive::lt:
        return same() ? builder_.mask(false) : Value();
      case Primitive::bit_and:
      case Primitive::bit_or:
      case Primitive::bit_xor:
        return bits();
      case Primitive::bit_not:
        return bit_not();
      case Primitive::shift_left:
      case Primitive::shift_right:
      case Primitive::shift_right_logical:
        return instruction_.bits == 0 ? a_ : Value();
      case Primitive::select:
        return select();
      case Primitive::bitcast:
        return made_by(a_, Primitive::bitcast) ? operand(a_, 0) : Value();
      case Primitive::convert:
        return convert();
      default:
        return {};
    }
  }

 private:
  Value value_of(ValueId id) const { return {id, code_[id].type}; }
  Value operand(Value value, int i) const { return value_of(code_[value.id].operands[i]); }
  bool made_by(Value value, Primitive primitive) const {
    return code_[value.id].primitive == primitive;
  }
  bool is_constant(Value value) const { return made_by(value, Primitive::constant); }
  uint64_t bits_of(Value value) const { return code_[value.id].bits; }
  bool is(Value value, uint64_t bits) const { return is_constant(value) && bits_of(value) == bits; }
  bool same() const { return a_.id == b_.id; }
  bool is_float_result() const { return is_float(type_); }
  uint64_t all_ones() const {
    return type_ == Type::mask ? 1 : type_ == Type::i64 ? ~uint64_t{0} : 0xffffffffu;
  }
  uint64_t one() const {
    return type_ == Type::f32   ? std::bit_cast<uint32_t>(1.0f)
           : type_ == Type::f64 ? std::bit_cast<uint64_t>(1.0)
                                : 1;
  }
  uint64_t sign() const { return size_of(type_) == 8 ? uint64_t{1} << 63 : 0x80000000u; }
  uint64_t minus_one() const { return one() | sign(); }                // of floats
  uint64_t nothing() const { return is_float_result() ? sign() : 0; }  // what a sum starts from
  Value emit(Primitive primitive, Value a, Value b = {}) { return builder_.emit(primitive, a, b); }
  Value constant(uint64_t bits) { return builder_.constant(type_, bits); }

  Value fold() {
    for (const Value value : {a_, b_, c_}) {
      if (value && !is_constant(value)) return {};
    }
    const FloatEnvironment environment;
    const bool selects = instruction_.primitive == Primitive::select;
    const uint64_t b = is_shift(instruction_.primitive)                ? instruction_.bits
                       : instruction_.primitive == Primitive::round_to ? instruction_.index
                       : b_                                            ? bits_of(b_)
                                                                       : 0;
    return constant(evaluate(instruction_.primitive, type_, selects ? b_.type : a_.type,
                             bits_of(a_), b, c_ ? bits_of(c_) : 0));
  }

  Value add() {
    if (is(b_, nothing())) return a_;
    if (is(a_, nothing())) return b_;
    if (made_by(b_, Primitive::neg)) return emit(Primitive::sub, a_, operand(b_, 0));
    if (made_by(a_, Primitive::neg)) return emit(Primitive::sub, b_, operand(a_, 0));
    return {};
  }

  Value sub() {
    if (is(b_, kZero)) return a_;
    if (is(a_, nothing())) return emit(Primitive::neg, b_);
    if (!is_float_result() && same()) return constant(0);
    if (made_by(b_, Primitive::neg)) return emit(Primitive::add, a_, operand(b_, 0));
    return {};
  }

  Value mul() {
    if (is(b_, one())) return a_;
    if (is(a_, one())) return b_;
    if (is_float_result() && is(b_, minus_one())) return emit(Primitive::neg, a_);
    if (is_float_result() && is(a_, minus_one())) return emit(Primitive::neg, b_);
    if (!is_float_result() && (is(a_, 0) || is(b_, 0))) return constant(0);
    if (made_by(a_, Primitive::neg) && made_by(b_, Primitive::neg)) {
      return emit(Primitive::mul, operand(a_, 0), operand(b_, 0));
    }
    return {};
  }

  Value div() {
    if (!is_constant(b_)) return {};
    const FloatEnvironment environment;
    if (type_ == Type::f64) {
      const double reciprocal = exact_reciprocal(std::bit_cast<double>(bits_of(b_)));
      return reciprocal != 0 ? emit(Primitive::mul, a_, builder_.f64(reciprocal)) : Value();
    }
    const float reciprocal =
        exact_reciprocal(std::bit_cast<float>(static_cast<uint32_t>(bits_of(b_))));
    return reciprocal != 0 ? emit(Primitive::mul, a_, builder_.f32(reciprocal)) : Value();
  }

  Value fma() {
    if (is(a_, one())) return emit(Primitive::add, b_, c_);
    if (is(b_, one())) return emit(Primitive::add, a_, c_);
    if (is(a_, minus_one())) return emit(Primitive::sub, c_, b_);
    if (is(b_, minus_one())) return emit(Primitive::sub, c_, a_);
    // The product is exact before the sum, so a tiny one keeps its sign.
    if (is(c_, sign())) return emit(Primitive::mul, a_, b_);
    return {};
  }

  bool is_whole(Value value) const {
    switch (code_[value.id].primitive) {
      case Primitive::round:
      case Primitive::floor:
      case Primitive::ceil:
      case Primitive::trunc:
        return true;
      case Primitive::convert:
        return !is_float(operand(value, 0).type);
      default:
        return false;
    }
  }

  // Whether rounding to this instruction's dtype changes nothing.
  bool is_rounded(Value value) const {
    if (made_by(value, Primitive::neg) || made_by(value, Primitive::abs)) {
      value = operand(value, 0);
    }
    return made_by(value, Primitive::round_to) && code_[value.id].index == instruction_.index;
  }

  // k for the constant 2^k with k > 0, else 0; the least integer is no power of two.
  int divisor_log2() const {
    if (!is_constant(b_) || !std::has_single_bit(bits_of(b_)) || is(b_, sign())) return 0;
    return std::countr_zero(bits_of(b_));
  }

  Value quotient() {
    if (is(b_, 0)) return constant(0);
    if (is(b_, 1)) return a_;
    if (is(b_, all_ones())) return emit(Primitive::neg, a_);
    const int log2 = divisor_log2();
    if (log2 == 0) return {};
    // 2^k - 1 more for what is negative, so that shifting cuts towards zero.
    const int width = 8 * size_of(type_);
    const Value signs = builder_.shift(Primitive::shift_right, a_, width - 1);
    const Value more = builder_.shift(Primitive::shift_right_logical, signs, width - log2);
    return builder_.shift(Primitive::shift_right, emit(Primitive::add, a_, more), log2);
  }

  Value remainder() {
    if (is(b_, 0) || is(b_, 1) || is(b_, all_ones())) return constant(0);
    const int log2 = divisor_log2();
    if (log2 == 0) return {};
    return emit(Primitive::sub, a_, builder_.shift(Primitive::shift_left, quotient(), log2));
  }

  // By a constant.
  Value shift_by() {
    if (!is_constant(b_)) return {};
    const bool is_left = instruction_.primitive == Primitive::shift_left_by;
    const uint64_t last = 8 * static_cast<uint64_t>(size_of(type_)) - 1;
    uint64_t distance = bits_of(b_);
    if (distance > last) {
      if (is_left) return constant(0);
      distance = last;
    }
    return builder_.shift(is_left ? Primitive::shift_left : Primitive::shift_right, a_,
                          static_cast<int>(distance));
  }

  Value not_equal() {
    if (same() && !is_float(a_.type)) return builder_.mask(false);
    // A mask that became a number and is asked for again.
    if (is(b_, kZero) && made_by(a_, Primitive::convert) && operand(a_, 0).type == Type::mask) {
      return operand(a_, 0);
    }
    return {};
  }

  Value bits() {
    const Primitive primitive = instruction_.primitive;
    if (same()) return primitive == Primitive::bit_xor ? constant(0) : a_;
    const Value constant_side = is_constant(a_) ? a_ : b_;
    const Value other = is_constant(a_) ? b_ : a_;
    if (is(constant_side, 0)) return primitive == Primitive::bit_and ? constant_side : other;
    if (!is(constant_side, all_ones())) return {};
    if (primitive == Primitive::bit_xor) return emit(Primitive::bit_not, other);
    return primitive == Primitive::bit_and ? other : constant_side;
  }

  Value bit_not() {
    if (made_by(a_, Primitive::bit_not)) return operand(a_, 0);
    if (type_ != Type::mask) return {};
    const Value left = code_[a_.id].operands[0] == kNoValue ? Value() : operand(a_, 0);
    const Value right = code_[a_.id].operands[1] == kNoValue ? Value() : operand(a_, 1);
    if (made_by(a_, Primitive::eq)) return emit(Primitive::ne, left, right);
    if (made_by(a_, Primitive::ne)) return emit(Primitive::eq, left, right);
    // With a NaN both orders are false.
    if (made_by(a_, Primitive::lt) && !is_float(left.type)) {
      return emit(Primitive::le, right, left);
    }
    if (made_by(a_, Primitive::le) && !is_float(left.type)) {
      return emit(Primitive::lt, right, left);
    }
    return {};
  }

  Value select() {
    if (is_constant(a_)) return bits_of(a_) ? b_ : c_;
    if (b_.id == c_.id) return b_;
    if (type_ == Type::mask && is(b_, 1) && is(c_, 0)) return a_;
    if (type_ == Type::mask && is(b_, 0) && is(c_, 1)) return emit(Primitive::bit_not, a_);
    if (made_by(a_, Primitive::bit_not)) {
      return builder_.emit(Primitive::select, operand(a_, 0), c_, b_);
    }
    return {};
  }

  Value convert() {
    if (!made_by(a_, Primitive::convert)) return {};
    const Value source = operand(a_, 0);
    // 0 and 1 are the same in every type; an i64 holds each i32, an f64 each i32 and f32.
    const bool is_exact = source.type == Type::mask ||
                          (source.type == Type::i32 && size_of(a_.type) == 8) ||
                          (source.type == Type::f32 && a_.type == Type::f64);
    return is_exact ? builder_.convert(source, type_) : Value();
  }

  Builder& builder_;
  const std::vector<Instruction>& code_;
  const Instruction instruction_;
  const Type type_;
  Value a_, b_, c_;
};

}  // namespace

Value simplify(Builder& builder, const std::vector<Instruction>& code, Instruction instruction) {
  return Simplifier(builder, code, instruction).run();
}

}  // namespace lazuli::kernel
