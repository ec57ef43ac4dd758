#include "lazuli/kernel/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lazuli/core/dtype.h"

namespace lazuli::kernel {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

uint64_t bits(float value) { return std::bit_cast<uint32_t>(value); }
uint64_t bits(double value) { return std::bit_cast<uint64_t>(value); }
uint64_t bits(int64_t value) { return static_cast<uint64_t>(value); }
uint64_t bits(int32_t value) { return static_cast<uint32_t>(value); }
float f32(uint64_t value) { return std::bit_cast<float>(static_cast<uint32_t>(value)); }

uint64_t of_f32(Primitive primitive, float a, float b = 0, float c = 0) {
  return evaluate(primitive, Type::f32, Type::f32, bits(a), bits(b), bits(c));
}

TEST(Evaluate, MinAndMaxOfNansAndZeros) {
  EXPECT_TRUE(std::isnan(f32(of_f32(Primitive::min, kNan, 1))));
  EXPECT_TRUE(std::isnan(f32(of_f32(Primitive::min, 1, kNan))));
  EXPECT_TRUE(std::isnan(f32(of_f32(Primitive::max, kNan, 1))));
  EXPECT_TRUE(std::isnan(f32(of_f32(Primitive::max, 1, kNan))));
  EXPECT_EQ(of_f32(Primitive::max, 0.0f, -0.0f), bits(-0.0f));
  EXPECT_EQ(of_f32(Primitive::max, -0.0f, 0.0f), bits(0.0f));
  EXPECT_EQ(of_f32(Primitive::min, -0.0f, 0.0f), bits(0.0f));
}

TEST(Evaluate, FmaRoundsOnce) {
  const float a = 1 + 0x1p-23f;
  EXPECT_EQ(of_f32(Primitive::fma, a, a, -(1 + 0x1p-22f)), bits(0x1p-46f));
}

TEST(Evaluate, RoundsTiesToEven) {
  EXPECT_EQ(of_f32(Primitive::round, 2.5f), bits(2.0f));
  EXPECT_EQ(of_f32(Primitive::round, 3.5f), bits(4.0f));
  EXPECT_EQ(of_f32(Primitive::round, -0.5f), bits(-0.0f));
}

TEST(Evaluate, ConvertsOutOfRangeToTheLeast) {
  const auto to_i32 = [](float a) {
    return evaluate(Primitive::convert, Type::i32, Type::f32, bits(a));
  };
  const auto to_i64 = [](float a) {
    return evaluate(Primitive::convert, Type::i64, Type::f32, bits(a));
  };
  const uint64_t least = bits(std::numeric_limits<int32_t>::min());
  for (const float a : {kNan, kInfinity, -kInfinity, 0x1p31f, -0x1p32f})
    EXPECT_EQ(to_i32(a), least);
  EXPECT_EQ(to_i32(-0x1p31f), least);
  EXPECT_EQ(to_i32(0x1.fffffep30f), bits(0x7fffff80));
  EXPECT_EQ(to_i32(-2.9f), bits(-2));
  for (const float a : {kNan, kInfinity, 0x1p63f, -0x1p64f})
    EXPECT_EQ(to_i64(a), uint64_t{1} << 63);
  EXPECT_EQ(to_i64(0x1p40f), uint64_t{1} << 40);
}

TEST(Evaluate, ConvertsBetweenOthers) {
  EXPECT_EQ(evaluate(Primitive::convert, Type::f32, Type::i64, (uint64_t{1} << 60) + 1),
            bits(0x1p60f));
  EXPECT_EQ(evaluate(Primitive::convert, Type::i32, Type::i64, 0x1234567890abcdefu), 0x90abcdefu);
  EXPECT_EQ(evaluate(Primitive::convert, Type::i64, Type::i32, bits(-3)),
            static_cast<uint64_t>(int64_t{-3}));
  EXPECT_EQ(evaluate(Primitive::convert, Type::f32, Type::mask, 1), bits(1.0f));
}

TEST(Evaluate, IntegersWrap) {
  const uint64_t least = uint64_t{1} << 63;
  EXPECT_EQ(evaluate(Primitive::neg, Type::i64, Type::i64, least), least);
  EXPECT_EQ(evaluate(Primitive::sub, Type::i64, Type::i64, least, 1), least - 1);
  EXPECT_EQ(evaluate(Primitive::mul, Type::i32, Type::i32, 0x80000001u, 3), 0x80000003u);
  EXPECT_EQ(evaluate(Primitive::shift_right, Type::i32, Type::i32, 0x80000000u, 31), 0xffffffffu);
  EXPECT_EQ(evaluate(Primitive::shift_right_logical, Type::i32, Type::i32, 0x80000000u, 31), 1u);
}

// Every pair of these with every other.
const int64_t kIntegers[] = {0,
                             1,
                             -1,
                             2,
                             -2,
                             7,
                             -7,
                             31,
                             32,
                             33,
                             63,
                             64,
                             100,
                             std::numeric_limits<int32_t>::min(),
                             std::numeric_limits<int32_t>::max(),
                             std::numeric_limits<int64_t>::min(),
                             std::numeric_limits<int64_t>::max(),
                             0x123456789abcdef};

// By __int128, in which no operation here wraps, is undefined or shifts too far.
template <typename T>
void check_integers(Type type) {
  using Wide = __int128;
  constexpr int kWidth = 8 * sizeof(T);
  for (const int64_t x : kIntegers) {
    for (const int64_t y : kIntegers) {
      const auto a = static_cast<T>(x), b = static_cast<T>(y);
      const auto of = [&](Primitive primitive) {
        return static_cast<T>(evaluate(primitive, type, type, bits(a), bits(b)));
      };
      const Wide wide = a;
      EXPECT_EQ(of(Primitive::quotient), b == 0 ? T{0} : static_cast<T>(wide / b)) << a << " " << b;
      EXPECT_EQ(of(Primitive::remainder), b == 0 ? T{0} : static_cast<T>(wide % b))
          << a << " " << b;
      const bool is_in_range = b >= 0 && b < kWidth;
      EXPECT_EQ(of(Primitive::shift_left_by),
                is_in_range ? static_cast<T>(static_cast<unsigned __int128>(wide) << b) : T{0})
          << a << " " << b;
      EXPECT_EQ(of(Primitive::shift_right_by),
                is_in_range ? static_cast<T>(wide >> b) : static_cast<T>(a < 0 ? -1 : 0))
          << a << " " << b;
      EXPECT_EQ(of(Primitive::bit_and), static_cast<T>(a & b));
      EXPECT_EQ(of(Primitive::bit_or), static_cast<T>(a | b));
      EXPECT_EQ(of(Primitive::bit_xor), static_cast<T>(a ^ b));
      EXPECT_EQ(of(Primitive::bit_not), static_cast<T>(~a));
    }
  }
}

TEST(Evaluate, IntegersDivideAndShiftByOperands) {
  check_integers<int32_t>(Type::i32);
  check_integers<int64_t>(Type::i64);
}

TEST(Evaluate, ConstantShiftsOfLongIntegers) {
  const uint64_t a = bits(int64_t{-0x123456789abcdef});
  const auto of = [a](Primitive primitive, uint64_t distance) {
    return evaluate(primitive, Type::i64, Type::i64, a, distance);
  };
  EXPECT_EQ(of(Primitive::shift_left, 63), uint64_t{1} << 63);
  EXPECT_EQ(of(Primitive::shift_right, 40), bits(int64_t{-0x123456789abcdef} >> 40));
  EXPECT_EQ(of(Primitive::shift_right_logical, 40), a >> 40);
}

TEST(Evaluate, DoublesRoundAsDoubles) {
  const auto of = [](Primitive primitive, double a, double b = 0, double c = 0) {
    return evaluate(primitive, Type::f64, Type::f64, bits(a), bits(b), bits(c));
  };
  EXPECT_EQ(of(Primitive::add, 1.0, 0x1p-52), bits(1 + 0x1p-52));
  EXPECT_EQ(of(Primitive::div, 1.0, 3.0), bits(1.0 / 3.0));
  const double a = 1 + 0x1p-52;
  EXPECT_EQ(of(Primitive::fma, a, a, -(1 + 0x1p-51)), bits(0x1p-104));
  EXPECT_EQ(of(Primitive::sqrt, 2.0), bits(std::sqrt(2.0)));
  EXPECT_EQ(of(Primitive::round, 2.5), bits(2.0));
  EXPECT_EQ(of(Primitive::floor, -0x1p-1074), bits(-1.0));
  EXPECT_EQ(of(Primitive::ceil, 0x1p51 + 0.5), bits(0x1p51 + 1));
  EXPECT_EQ(of(Primitive::trunc, -0.5), bits(-0.0));
  EXPECT_EQ(of(Primitive::abs, -0.0), bits(0.0));
  EXPECT_EQ(of(Primitive::neg, 0.0), bits(-0.0));
  EXPECT_EQ(of(Primitive::max, 0.0, -0.0), bits(-0.0));
  EXPECT_TRUE(std::isnan(std::bit_cast<double>(of(Primitive::min, std::nan(""), 1.0))));
  EXPECT_TRUE(std::isnan(std::bit_cast<double>(of(Primitive::min, 1.0, std::nan("")))));
}

TEST(Evaluate, ConvertsDoubles) {
  const auto to = [](Type type, double a) {
    return evaluate(Primitive::convert, type, Type::f64, bits(a));
  };
  const auto from = [](Type type, uint64_t a) {
    return evaluate(Primitive::convert, Type::f64, type, a);
  };
  const uint64_t least32 = bits(std::numeric_limits<int32_t>::min());
  const uint64_t least64 = bits(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(to(Type::f32, 1 + 0x1p-24), bits(1.0f));
  EXPECT_EQ(to(Type::f32, 1 + 0x1p-24 + 0x1p-50), bits(1 + 0x1p-23f));
  EXPECT_EQ(to(Type::f32, 1e39), bits(kInfinity));
  EXPECT_EQ(to(Type::i32, 2147483647.9), bits(std::numeric_limits<int32_t>::max()));
  EXPECT_EQ(to(Type::i32, 2147483648.0), least32);
  EXPECT_EQ(to(Type::i32, -2147483648.9), least32);
  EXPECT_EQ(to(Type::i32, std::nan("")), least32);
  EXPECT_EQ(to(Type::i64, -2.9), bits(int64_t{-2}));
  EXPECT_EQ(to(Type::i64, 0x1p63), least64);
  EXPECT_EQ(to(Type::i64, 0x1p63 - 1024), bits(std::numeric_limits<int64_t>::max() - 1023));
  EXPECT_EQ(from(Type::i64, bits((int64_t{1} << 53) + 1)), bits(0x1p53));
  EXPECT_EQ(from(Type::i64, bits((int64_t{1} << 53) + 3)), bits(0x1p53 + 4));
  EXPECT_EQ(from(Type::i32, bits(-5)), bits(-5.0));
  EXPECT_EQ(from(Type::f32, bits(0.1f)), bits(static_cast<double>(0.1f)));
  EXPECT_EQ(from(Type::mask, 1), bits(1.0));
}

// half_test.cpp checks every number; here, that it is those functions.
TEST(Evaluate, RoundsToHalves) {
  const auto to = [](DType dtype, float a) {
    return evaluate(Primitive::round_to, Type::f32, Type::f32, bits(a),
                    static_cast<uint64_t>(dtype));
  };
  EXPECT_EQ(to(kFloat16, 1 + 0x1p-11f), bits(1.0f));
  EXPECT_EQ(to(kFloat16, 1 + 0x3p-11f), bits(1 + 0x1p-9f));
  EXPECT_EQ(to(kFloat16, 65520.0f), bits(kInfinity));
  EXPECT_EQ(to(kFloat16, -0x3p-25f), bits(-0x1p-23f));
  EXPECT_EQ(to(kBFloat16, 1 + 0x1p-8f), bits(1.0f));
  EXPECT_EQ(to(kBFloat16, 65520.0f), bits(65536.0f));
  EXPECT_EQ(to(kBFloat16, 0x3p-134f), bits(0x1p-132f));
  EXPECT_TRUE(std::isnan(f32(to(kFloat16, kNan))));
  EXPECT_TRUE(std::isnan(f32(to(kBFloat16, std::bit_cast<float>(0x7f800001u)))));
}

TEST(Evaluate, IdentitiesChangeNothing) {
  for (const Combine combine : {Combine::sum, Combine::max, Combine::min, Combine::product}) {
    for (const float x : {0.0f, -0.0f, 1.0f, -kInfinity, kInfinity, 1e-45f}) {
      const uint64_t identity = identity_of(combine, Type::f32);
      EXPECT_EQ(evaluate(combine, Type::f32, identity, bits(x)), bits(x)) << name_of(combine) << x;
      EXPECT_EQ(evaluate(combine, Type::f32, bits(x), identity), bits(x)) << name_of(combine) << x;
    }
    for (const double x : {0.0, -0.0, 1.0, double{-kInfinity}, double{kInfinity}, 5e-324}) {
      const uint64_t identity = identity_of(combine, Type::f64);
      EXPECT_EQ(evaluate(combine, Type::f64, identity, bits(x)), bits(x)) << name_of(combine) << x;
      EXPECT_EQ(evaluate(combine, Type::f64, bits(x), identity), bits(x)) << name_of(combine) << x;
    }
    for (const Type type : {Type::i32, Type::i64}) {
      EXPECT_EQ(evaluate(combine, type, identity_of(combine, type), 7), 7u) << name_of(combine);
    }
  }
  for (const uint64_t x : {0, 1}) {
    EXPECT_EQ(evaluate(Combine::any, Type::mask, identity_of(Combine::any, Type::mask), x), x);
    EXPECT_EQ(evaluate(Combine::all, Type::mask, identity_of(Combine::all, Type::mask), x), x);
  }
}

}  // namespace
}  // namespace lazuli::kernel
