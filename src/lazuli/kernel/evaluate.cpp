#include "lazuli/kernel/evaluate.h"

#include "lazuli/base/check.h"

namespace lazuli::kernel {
namespace {

template <typename T>
T value_of(uint64_t bits) {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits));
  } else {
    return static_cast<T>(bits);
  }
}

template <typename T>
uint64_t bits_of(T value) {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<uint32_t>(value);
  } else if constexpr (std::is_same_v<T, int32_t>) {
    return static_cast<uint32_t>(value);
  } else {
    return static_cast<uint64_t>(value);
  }
}

// Calls `function` with a value of the C++ type that stands for `type`.
template <typename Function>
uint64_t with_type(Type type, Function function) {
  switch (type) {
    case Type::f32:
      return function(float());
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

uint64_t evaluate_f32(Primitive primitive, float a, float b, float c) {
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
      LZ_ASSERT(false, "{} has no value of its own", name_of(primitive));
  }
}

// Primitives that every number type has.
template <typename T>
uint64_t evaluate_number(Primitive primitive, T a, T b) {
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
      LZ_ASSERT(false, "{} has no value of its own", name_of(primitive));
  }
}

}  // namespace

uint64_t evaluate(Primitive primitive, Type type, Type operand_type, uint64_t a, uint64_t b,
                  uint64_t c) {
  const auto word = static_cast<int32_t>(a);
  switch (primitive) {
    case Primitive::select:
      return a ? b : c;
    case Primitive::bitcast:
      return a;
    case Primitive::convert:
      return convert(type, operand_type, a);
    case Primitive::bit_and:
      return a & b;
    case Primitive::bit_or:
      return a | b;
    case Primitive::bit_xor:
      return a ^ b;
    case Primitive::bit_not:
      return type == Type::mask ? a ^ 1 : a ^ 0xffffffffu;
    case Primitive::shift_left:
      return bits_of(scalar::shift_left(word, static_cast<int>(b)));
    case Primitive::shift_right:
      return bits_of(scalar::shift_right(word, static_cast<int>(b)));
    case Primitive::shift_right_logical:
      return bits_of(scalar::shift_right_logical(word, static_cast<int>(b)));
    case Primitive::div:
    case Primitive::fma:
    case Primitive::sqrt:
    case Primitive::abs:
    case Primitive::round:
    case Primitive::floor:
    case Primitive::ceil:
    case Primitive::trunc:
      return evaluate_f32(primitive, value_of<float>(a), value_of<float>(b), value_of<float>(c));
    default:
      return with_type(operand_type, [=](auto t) {
        using T = decltype(t);
        return evaluate_number(primitive, value_of<T>(a), value_of<T>(b));
      });
  }
}

uint64_t evaluate(Combine combine, Type type, uint64_t a, uint64_t b) {
  constexpr Primitive kPrimitives[] = {Primitive::add, Primitive::max, Primitive::min,
                                       Primitive::bit_or, Primitive::bit_and};
  return evaluate(kPrimitives[static_cast<int>(combine)], type, type, a, b);
}

}  // namespace lazuli::kernel
