#include "lazuli/kernel/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lazuli::kernel {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

uint64_t bits(float value) { return std::bit_cast<uint32_t>(value); }
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

TEST(Evaluate, IdentitiesChangeNothing) {
  for (const Combine combine : {Combine::sum, Combine::max, Combine::min}) {
    for (const float x : {0.0f, -0.0f, 1.0f, -kInfinity, kInfinity, 1e-45f}) {
      const uint64_t identity = identity_of(combine, Type::f32);
      EXPECT_EQ(evaluate(combine, Type::f32, identity, bits(x)), bits(x)) << name_of(combine) << x;
      EXPECT_EQ(evaluate(combine, Type::f32, bits(x), identity), bits(x)) << name_of(combine) << x;
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
