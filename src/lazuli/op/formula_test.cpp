// Formulas, built into a kernel and evaluated primitive by primitive.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/core/scalar.h"
#include "lazuli/kernel/evaluate.h"
#include "lazuli/op/op.h"

namespace lazuli::op {
namespace {

using kernel::Instruction;
using kernel::Primitive;
using kernel::Value;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// One element of an elementwise kind over numbers.
Scalar element(OpKind kind, const std::vector<std::pair<DType, Scalar>>& operands,
               const std::vector<int64_t>& attributes = {}) {
  kernel::Builder builder(kernel::Form::rows);
  std::vector<Value> values;
  for (const auto& [dtype, value] : operands) {
    values.push_back(builder.number(builder.add_number(kernel::type_of(dtype))));
  }
  const Value result = build_element(kind, builder, values, attributes);
  const DType dtype = result.type == kernel::Type::f32   ? DType::f32
                      : result.type == kernel::Type::i64 ? DType::i64
                                                         : DType::boolean;
  kernel::Access target{.dtype = dtype, .written = true};
  builder.begin_loop();
  builder.store(builder.add_access(target), result, kernel::Level::loop);
  builder.end_loop();
  const kernel::Kernel kernel = builder.finish();
  std::vector<uint64_t> bits(kernel.code.size());
  for (size_t i = 0; i < kernel.code.size(); ++i) {
    const Instruction& instruction = kernel.code[i];
    const auto operand = [&](int at) {
      return instruction.operands[at] == kernel::kNoValue ? 0 : bits[instruction.operands[at]];
    };
    if (instruction.primitive == Primitive::number) {
      const auto& [number_dtype, value] = operands[instruction.index];
      bits[i] = value.bits_as(number_dtype);
    } else if (instruction.primitive == Primitive::constant) {
      bits[i] = instruction.bits;
    } else if (instruction.primitive == Primitive::store) {
      return Scalar::from_bits(dtype, operand(0));
    } else {
      const int typed = instruction.primitive == Primitive::select ? 1 : 0;
      const bool shifts = instruction.primitive == Primitive::shift_left ||
                          instruction.primitive == Primitive::shift_right ||
                          instruction.primitive == Primitive::shift_right_logical;
      bits[i] = kernel::evaluate(instruction.primitive, instruction.type,
                                 kernel.code[instruction.operands[typed]].type, operand(0),
                                 shifts ? instruction.bits : operand(1), operand(2));
    }
  }
  throw InternalError("a kernel without store");
}

float of_f32(OpKind kind, const std::vector<float>& operands) {
  std::vector<std::pair<DType, Scalar>> typed;
  for (const float operand : operands) typed.push_back({DType::f32, Scalar(operand)});
  return static_cast<float>(element(kind, typed).to_double());
}
int64_t of_i64(OpKind kind, const std::vector<int64_t>& operands) {
  std::vector<std::pair<DType, Scalar>> typed;
  for (const int64_t operand : operands) typed.push_back({DType::i64, Scalar(operand)});
  return element(kind, typed).to_int64();
}
bool of_bool(OpKind kind, const std::vector<bool>& operands) {
  std::vector<std::pair<DType, Scalar>> typed;
  for (const bool operand : operands) typed.push_back({DType::boolean, Scalar(operand)});
  return element(kind, typed).to_bool();
}

TEST(Formula, AddRoundsOnce) {
  EXPECT_EQ(of_f32(OpKind::add, {1.0f, 2.0f, 1.0f}), 3.0f);
  const float a = 0x1.fffffep-1f, b = 0x1.000002p0f;
  EXPECT_EQ(of_f32(OpKind::add, {a, b, b}), std::fma(b, b, a));
  EXPECT_EQ(of_f32(OpKind::sub, {a, b, b}), std::fma(-b, b, a));
}

TEST(Formula, IntegersWrap) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(of_i64(OpKind::add, {most, 1, 1}), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(of_i64(OpKind::sub, {5, 3, 2}), -1);
  EXPECT_EQ(of_i64(OpKind::mul, {-7, 6}), -42);
  EXPECT_EQ(of_i64(OpKind::relu, {-7}), 0);
  EXPECT_EQ(of_i64(OpKind::maximum, {-7, 6}), 6);
}

TEST(Formula, BoolsAreLogic) {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      EXPECT_EQ(of_bool(OpKind::add, {a, b, true}), a || b);
      EXPECT_EQ(of_bool(OpKind::mul, {a, b}), a && b);
      EXPECT_EQ(of_bool(OpKind::maximum, {a, b}), a || b);
      EXPECT_EQ(of_bool(OpKind::eq, {a, b}), a == b);
      EXPECT_EQ(of_bool(OpKind::lt, {a, b}), a < b);
      EXPECT_EQ(of_bool(OpKind::where, {true, a, b}), a);
    }
  }
}

TEST(Formula, NansWin) {
  EXPECT_TRUE(std::isnan(of_f32(OpKind::relu, {kNan})));
  EXPECT_TRUE(std::isnan(of_f32(OpKind::maximum, {kNan, 1.0f})));
  EXPECT_TRUE(std::isnan(of_f32(OpKind::maximum, {1.0f, kNan})));
  for (const OpKind kind : {OpKind::exp, OpKind::log, OpKind::sqrt, OpKind::tanh}) {
    EXPECT_TRUE(std::isnan(of_f32(kind, {kNan}))) << name_of(kind);
  }
}

TEST(Formula, SpecialValues) {
  EXPECT_EQ(of_f32(OpKind::exp, {0.0f}), 1.0f);
  EXPECT_EQ(of_f32(OpKind::exp, {-kInfinity}), 0.0f);
  EXPECT_EQ(of_f32(OpKind::exp, {kInfinity}), kInfinity);
  EXPECT_EQ(of_f32(OpKind::exp, {89.0f}), kInfinity);
  EXPECT_EQ(of_f32(OpKind::exp, {-103.9f}), 0x1p-149f);
  EXPECT_EQ(of_f32(OpKind::log, {0.0f}), -kInfinity);
  EXPECT_EQ(of_f32(OpKind::log, {-0.0f}), -kInfinity);
  EXPECT_EQ(of_f32(OpKind::log, {1.0f}), 0.0f);
  EXPECT_EQ(of_f32(OpKind::log, {kInfinity}), kInfinity);
  EXPECT_TRUE(std::isnan(of_f32(OpKind::log, {-1.0f})));
  EXPECT_TRUE(std::isnan(of_f32(OpKind::log, {-kInfinity})));
  EXPECT_EQ(of_f32(OpKind::tanh, {kInfinity}), 1.0f);
  EXPECT_EQ(of_f32(OpKind::tanh, {-kInfinity}), -1.0f);
  EXPECT_TRUE(std::signbit(of_f32(OpKind::tanh, {-0.0f})));
  EXPECT_EQ(of_f32(OpKind::tanh, {-0x1p-149f}), -0x1p-149f);
  EXPECT_EQ(of_f32(OpKind::cos2pi, {0.25f}), 0.0f);
  EXPECT_EQ(of_f32(OpKind::cos2pi, {0.0f}), 1.0f);
  EXPECT_EQ(of_f32(OpKind::cos2pi, {0.5f}), -1.0f);
}

TEST(Formula, ChoosesAndConverts) {
  const Scalar chosen =
      element(OpKind::where, {{DType::boolean, false}, {DType::f32, 1.5}, {DType::f32, 2.5}});
  EXPECT_EQ(chosen.to_double(), 2.5);
  const auto to = [](DType from, Scalar value, DType to) {
    return element(OpKind::to, {{from, value}}, {static_cast<int64_t>(to)});
  };
  EXPECT_EQ(to(DType::f32, -2.9, DType::i64).to_int64(), -2);
  EXPECT_EQ(to(DType::f32, 0.5, DType::boolean).to_bool(), true);
  EXPECT_EQ(to(DType::boolean, true, DType::f32).to_double(), 1.0);
  EXPECT_EQ(to(DType::i64, 7, DType::boolean).to_int64(), 1);
  const Scalar third =
      element(OpKind::arange, {{DType::i64, 10}, {DType::i64, -3}, {DType::i64, 2}});
  EXPECT_EQ(third.to_int64(), 4);
}

TEST(Reduction, FoldsAndEmpties) {
  EXPECT_EQ(combine_of(OpKind::sum), kernel::Combine::sum);
  EXPECT_EQ(combine_of(OpKind::amax), kernel::Combine::max);
  EXPECT_EQ(combine_of(OpKind::amin), kernel::Combine::min);
  EXPECT_EQ(empty_bits(OpKind::sum, DType::f32), 0u);
  EXPECT_THROW(combine_of(OpKind::add), InternalError);
}

TEST(Traits, SayWhatEntriesSay) {
  EXPECT_EQ(name_of(OpKind::narrow_write), "narrow_write");
  EXPECT_EQ(traits_of(OpKind::narrow_write).category, Category::write);
  EXPECT_EQ(traits_of(OpKind::narrow_write).offsets, 1);
  EXPECT_EQ(traits_of(OpKind::cat).operands, -1);
  EXPECT_EQ(traits_of(OpKind::sum).attributes, -1);
  EXPECT_EQ(traits_of(OpKind::add).operands, 3);
  EXPECT_TRUE(traits_of(OpKind::arange).takes_index);
  EXPECT_TRUE(traits_of(OpKind::gather).can_fail);
  EXPECT_TRUE(traits_of(OpKind::rand).is_random);
}

}  // namespace
}  // namespace lazuli::op
