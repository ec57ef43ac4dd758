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
  const DType computed = operands[leading_operand(kind)].first;
  const Value result = build_element(kind, computed, builder, values, attributes);
  const bool is_cast = kind == OpKind::to;
  const DType dtype = result.type == kernel::Type::mask ? DType::boolean
                      : is_cast                         ? static_cast<DType>(attributes[0])
                                                        : computed;
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
      bits[i] = value.word_as(number_dtype);
    } else if (instruction.primitive == Primitive::constant) {
      bits[i] = instruction.bits;
    } else if (instruction.primitive == Primitive::store) {
      return Scalar::from_word(dtype, operand(0)).held_as(dtype);  // as a store does
    } else {
      const int typed = instruction.primitive == Primitive::select ? 1 : 0;
      const bool shifts = instruction.primitive == Primitive::shift_left ||
                          instruction.primitive == Primitive::shift_right ||
                          instruction.primitive == Primitive::shift_right_logical;
      const bool rounds = instruction.primitive == Primitive::round_to;
      bits[i] = kernel::evaluate(instruction.primitive, instruction.type,
                                 kernel.code[instruction.operands[typed]].type, operand(0),
                                 shifts   ? instruction.bits
                                 : rounds ? instruction.index
                                          : operand(1),
                                 operand(2));
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

TEST(Formula, NarrowIntegersWrap) {
  const auto of = [](OpKind kind, DType dtype, std::vector<int64_t> operands) {
    std::vector<std::pair<DType, Scalar>> typed;
    for (const int64_t operand : operands) typed.push_back({dtype, Scalar(operand)});
    return element(kind, typed).to_int64();
  };
  EXPECT_EQ(of(OpKind::add, DType::u8, {200, 100, 1}), 44);
  EXPECT_EQ(of(OpKind::sub, DType::u8, {3, 5, 1}), 254);
  EXPECT_EQ(of(OpKind::neg, DType::u8, {1}), 255);
  EXPECT_EQ(of(OpKind::add, DType::i8, {127, 1, 1}), -128);
  EXPECT_EQ(of(OpKind::neg, DType::i8, {-128}), -128);
  EXPECT_EQ(of(OpKind::mul, DType::i16, {300, 300}), 24464);
  EXPECT_EQ(of(OpKind::mul, DType::i32, {1 << 20, 1 << 20}), 0);
  EXPECT_EQ(of(OpKind::maximum, DType::i8, {-7, 6}), 6);
  // A number is what the dtype holds of it.
  EXPECT_EQ(of(OpKind::add, DType::u8, {1, 300, 1}), 45);
  EXPECT_EQ(of(OpKind::arange, DType::i8, {100, 1, 29}), -127);
}

TEST(Formula, HalfFloatsRoundOnce) {
  const auto of = [](OpKind kind, DType dtype, std::vector<double> operands) {
    std::vector<std::pair<DType, Scalar>> typed;
    for (const double operand : operands) typed.push_back({dtype, Scalar(operand)});
    return element(kind, typed).to_double();
  };
  EXPECT_EQ(of(OpKind::mul, DType::f16, {1.0, 1.0 + 0x1p-11}), 1.0);
  EXPECT_EQ(of(OpKind::mul, DType::f16, {3.0, 1.0 + 0x1p-11}), 3.001953125);
  EXPECT_EQ(of(OpKind::mul, DType::f16, {300, 300}), kInfinity);
  EXPECT_EQ(of(OpKind::mul, DType::bf16, {1.0, 1.0 + 0x1p-9}), 1.0);
  EXPECT_EQ(of(OpKind::fill, DType::bf16, {0.999}), 1.0);
  EXPECT_EQ(of(OpKind::mul, DType::bf16, {128, 0.999}), 128.0);
  // A number is not rounded before it is used.
  EXPECT_EQ(of(OpKind::mul, DType::bf16, {136, 0.997}), 136.0);
  EXPECT_EQ(of(OpKind::exp, DType::f16, {1.0}), 2.71875);
  EXPECT_EQ(of(OpKind::div, DType::f64, {1.0, 3.0}), 1.0 / 3.0);
}

TEST(Formula, CastsBetweenAllDTypes) {
  const auto to = [](DType from, Scalar value, DType to) {
    return element(OpKind::to, {{from, value}}, {static_cast<int64_t>(to)});
  };
  for (const DType from : kAllDTypes) {
    for (const DType dtype : kAllDTypes) {
      for (const int value : {0, 1}) {
        EXPECT_EQ(to(from, value, dtype).to_double(), value)
            << lazuli::name_of(from) << " to " << lazuli::name_of(dtype);
      }
      if (is_floating(from) && dtype != kBool) {
        EXPECT_EQ(to(from, 2.5, dtype).to_double(), is_floating(dtype) ? 2.5 : 2.0)
            << lazuli::name_of(from) << " to " << lazuli::name_of(dtype);
      }
    }
    if (!is_floating(from)) continue;
    EXPECT_TRUE(to(from, 0.25, kBool).to_bool());
  }
  EXPECT_EQ(to(kInt64, 300, kUInt8).to_int64(), 44);
  EXPECT_EQ(to(kInt64, -1, kUInt8).to_int64(), 255);
  EXPECT_EQ(to(kUInt8, 200, kInt8).to_int64(), -56);
  EXPECT_EQ(to(kFloat64, -1.9, kInt16).to_int64(), -1);
  EXPECT_EQ(to(kFloat64, 1e300, kInt64).to_int64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(to(kFloat64, 1e300, kFloat32).to_double(), kInfinity);
  EXPECT_EQ(to(kInt64, (int64_t{1} << 53) + 1, kFloat64).to_double(), 0x1p53);
  EXPECT_EQ(to(kFloat32, 65520.0, kFloat16).to_double(), kInfinity);
  EXPECT_EQ(to(kFloat32, 65519.0, kFloat16).to_double(), 65504.0);
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
  const Scalar wide =
      element(OpKind::where, {{DType::boolean, true}, {DType::f64, 0.1}, {DType::f64, 2.5}});
  EXPECT_EQ(wide.to_double(), 0.1);
  const Scalar third =
      element(OpKind::arange, {{DType::i64, 10}, {DType::i64, -3}, {DType::i64, 2}});
  EXPECT_EQ(third.to_int64(), 4);
}

TEST(Reduction, FoldsAndEmpties) {
  EXPECT_EQ(combine_of(OpKind::sum, DType::f32), kernel::Combine::sum);
  EXPECT_EQ(combine_of(OpKind::amax, DType::u8), kernel::Combine::max);
  EXPECT_EQ(combine_of(OpKind::amin, DType::f64), kernel::Combine::min);
  EXPECT_EQ(combine_of(OpKind::amax, DType::boolean), kernel::Combine::any);
  EXPECT_EQ(combine_of(OpKind::amin, DType::boolean), kernel::Combine::all);
  EXPECT_EQ(empty_value(OpKind::sum).to_double(), 0);
  EXPECT_THROW(combine_of(OpKind::add, DType::f32), InternalError);
}

TEST(Traits, SayWhatEntriesSay) {
  EXPECT_EQ(name_of(OpKind::narrow_write), "narrow_write");
  EXPECT_EQ(traits_of(OpKind::narrow_write).category, Category::write);
  EXPECT_EQ(traits_of(OpKind::narrow_write).offsets, 1);
  EXPECT_EQ(traits_of(OpKind::cat).operands, -1);
  EXPECT_EQ(traits_of(OpKind::sum).attributes, -1);
  EXPECT_EQ(traits_of(OpKind::add).operands, 3);
  EXPECT_TRUE(traits_of(OpKind::arange).takes_index);
  EXPECT_TRUE(traits_of(OpKind::gather).can_fail());
  EXPECT_TRUE(traits_of(OpKind::rand).is_random);
}

}  // namespace
}  // namespace lazuli::op
