#include "lazuli/kernel/evaluate.h"

#include "lazuli/base/check.h"
#include "lazuli/core/dtype.h"

namespace lazuli::kernel {
namespace {

// The unsigned integer of T's size.
template <typename T>
using WordOf = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <typename T>
T value_of(uint64_t bits) {
  return std::bit_cast<T>(static_cast<WordOf<T>>(bits));
}

template <typename T>
uint64_t bits_of(T value) {
  return std::bit_cast<WordOf<T>>(value);
}

// Calls `function` with a value of the C++ type that stands for `type`.
template <typename Function>
uint64_t with_type(Type type, Function function) {
  switch (type) {
    case Type::f32:
      return function(float());
    case Type::f64:
      return function(double());
    case Type::i32:
      return function(int32_t());
    case Type::i64:
      return function(int64_t());
    case Type::mask:
      break;
  }
  LZ_ASSERT(false, "no number has type {}", name_of(type));
}

template <typename From>
uint64_t convert_to(Type type, From a) {
  return with_type(type, [a](auto to) { return bits_of(scalar::convert<decltype(to)>(a)); });
}

uint64_t convert(Type type, Type from, uint64_t a) {
  if (from == Type::mask) return convert_to(type, a != 0);
  return with_type(from, [=](auto t) { return convert_to(type, value_of<decltype(t)>(a)); });
}

[[noreturn]] void fail(Primitive primitive) {
  LZ_ASSERT(false, "{} has no value of its own", name_of(primitive));
  __builtin_unreachable();
}

template <std::floating_point T>
uint64_t evaluate_own(Primitive primitive, T a, T b, T c) {
  switch (primitive) {
    case Primitive::div:
      return bits_of(scalar::div(a, b));
    case Primitive::fma:
      return bits_of(scalar::fma(a, b, c));
    case Primitive::sqrt:
      return bits_of(scalar::sqrt(a));
    case Primitive::abs:
      return bits_of(scalar::abs(a));
    case Primitive::round:
      return bits_of(scalar::round(a));
    case Primitive::floor:
      return bits_of(scalar::floor(a));
    case Primitive::ceil:
      return bits_of(scalar::ceil(a));
    case Primitive::trunc:
      return bits_of(scalar::trunc(a));
    default:
      fail(primitive);
  }
}

template <std::integral T>
uint64_t evaluate_own(Primitive primitive, T a, T b, T) {
  switch (primitive) {
    case Primitive::quotient:
      return bits_of(scalar::quotient(a, b));
    case Primitive::remainder:
      return bits_of(scalar::remainder(a, b));
    case Primitive::bit_and:
      return bits_of(a & b);
    case Primitive::bit_or:
      return bits_of(a | b);
    case Primitive::bit_xor:
      return bits_of(a ^ b);
    case Primitive::bit_not:
      return bits_of(~a);
    case Primitive::shift_left_by:
      return bits_of(scalar::shift_left_by(a, b));
    case Primitive::shift_right_by:
      return bits_of(scalar::shift_right_by(a, b));
    default:
      fail(primitive);
  }
}

// Primitives that every number type has, else those of floats or of integers.
template <typename T>
uint64_t evaluate_number(Primitive primitive, T a, T b, T c) {
  switch (primitive) {
    case Primitive::add:
      return bits_of(scalar::add(a, b));
    case Primitive::sub:
      return bits_of(scalar::sub(a, b));
    case Primitive::mul:
      return bits_of(scalar::mul(a, b));
    case Primitive::neg:
      return bits_of(scalar::neg(a));
    case Primitive::min:
      return bits_of(scalar::min(a, b));
    case Primitive::max:
      return bits_of(scalar::max(a, b));
    case Primitive::eq:
      return a == b;
    case Primitive::ne:
      return a != b;
    case Primitive::lt:
      return a < b;
    case Primitive::le:
      return a <= b;
    default:
      return evaluate_own(primitive, a, b, c);
  }
}

uint64_t evaluate_mask(Primitive primitive, uint64_t a, uint64_t b) {
  switch (primitive) {
    case Primitive::bit_and:
      return a & b;
    case Primitive::bit_or:
      return a | b;
    case Primitive::bit_xor:
      return a ^ b;
    case Primitive::bit_not:
      return a ^ 1;
    default:
      fail(primitive);
  }
}

template <std::integral T>
uint64_t shift(Primitive primitive, T a, int distance) {
  return bits_of(primitive == Primitive::shift_left    ? scalar::shift_left(a, distance)
                 : primitive == Primitive::shift_right ? scalar::shift_right(a, distance)
                                                       : scalar::shift_right_logical(a, distance));
}

}  // namespace

uint64_t evaluate(Primitive primitive, Type type, Type operand_type, uint64_t a, uint64_t b,
                  uint64_t c) {
  switch (primitive) {
    case Primitive::select:
      return a ? b : c;
    case Primitive::bitcast:
      return a;
    case Primitive::convert:
      return convert(type, operand_type, a);
    case Primitive::round_to:
      return bits_of(static_cast<DType>(b) == DType::f16
                         ? scalar::round_to_f16(value_of<float>(a))
                         : scalar::round_to_bf16(value_of<float>(a)));
    case Primitive::shift_left:
    case Primitive::shift_right:
    case Primitive::shift_right_logical:
      return type == Type::i64 ? shift(primitive, value_of<int64_t>(a), static_cast<int>(b))
                               : shift(primitive, value_of<int32_t>(a), static_cast<int>(b));
    default:
      if (operand_type == Type::mask) return evaluate_mask(primitive, a, b);
      return with_type(operand_type, [=](auto t) {
        using T = decltype(t);
        return evaluate_number(primitive, value_of<T>(a), value_of<T>(b), value_of<T>(c));
      });
  }
}

uint64_t evaluate(Combine combine, Type type, uint64_t a, uint64_t b) {
  return evaluate(join_of(combine), type, type, a, b);
}

}  // namespace lazuli::kernel
