#include "lazuli/kernel/builder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lazuli/base/error.h"

namespace lazuli::kernel {
namespace {

// A rows kernel of one loop over f32 inputs, whose value of interest is stored.
class BuilderTest : public testing::Test {
 protected:
  BuilderTest() {
    for (int i = 0; i < 3; ++i) builder.add_access({});
    output = builder.add_access({.written = true});
    builder.begin_loop();
    x = builder.load(0, Level::loop);
    y = builder.load(1, Level::loop);
  }
  Value emit(Primitive primitive, Value a, Value b = {}, Value c = {}) {
    return builder.emit(primitive, a, b, c);
  }
  Kernel finish(Value value) {
    builder.store(output, value, Level::loop);
    builder.end_loop();
    return builder.finish();
  }

  Builder builder{Form::rows};
  uint32_t output = 0;
  Value x, y;
};

TEST_F(BuilderTest, PlacesValuesByWhatTheyDependOn) {
  const uint32_t row = builder.add_access({.step = Step::none});
  const uint32_t factor = builder.add_number(Type::f32);
  const Value root = emit(Primitive::sqrt, builder.number(factor));
  const Value scale = emit(Primitive::mul, builder.load(row, Level::loop), root);
  const Value scaled = emit(Primitive::mul, x, scale);
  EXPECT_EQ(builder.level_of(root), Level::once);
  EXPECT_EQ(builder.level_of(scale), Level::point);
  EXPECT_EQ(builder.level_of(scaled), Level::loop);
  EXPECT_EQ(to_string(finish(scaled)),
            "kernel rows\n"
            "accesses: @0 f32 unit, @1 f32 unit, @2 f32 unit, @3 out f32 unit, @4 f32 none\n"
            "numbers: #0 f32\n"
            "once:\n"
            "  %0: f32 = number #0\n"
            "  %1: f32 = sqrt %0\n"
            "point:\n"
            "  %2: f32 = load @4\n"
            "  %3: f32 = mul %2, %1\n"
            "loop:\n"
            "  %4: f32 = load @0\n"
            "  %5: f32 = mul %4, %3\n"
            "  store @3, %5\n");
}

TEST_F(BuilderTest, WritesEqualInstructionsOnce) {
  EXPECT_EQ(builder.load(0, Level::loop).id, x.id);
  EXPECT_EQ(emit(Primitive::add, x, y).id, emit(Primitive::add, y, x).id);
  EXPECT_EQ(emit(Primitive::fma, x, y, x).id, emit(Primitive::fma, y, x, x).id);
  EXPECT_NE(emit(Primitive::min, x, y).id, emit(Primitive::min, y, x).id);
  EXPECT_NE(emit(Primitive::sub, x, y).id, emit(Primitive::sub, y, x).id);
  EXPECT_EQ(builder.f32(2).id, builder.f32(2).id);
  EXPECT_NE(builder.f32(0.0f).id, builder.f32(-0.0f).id);
}

TEST_F(BuilderTest, FoldsConstants) {
  EXPECT_EQ(emit(Primitive::mul, builder.f32(3), builder.f32(4)).id, builder.f32(12).id);
  EXPECT_EQ(emit(Primitive::lt, builder.i64(3), builder.i64(4)).id, builder.mask(true).id);
  EXPECT_EQ(builder.shift(Primitive::shift_right, builder.i32(-8), 2).id, builder.i32(-2).id);
  EXPECT_EQ(builder.convert(builder.f32(-2.75f), Type::i64).id, builder.i64(-2).id);
  EXPECT_EQ(builder.bitcast(builder.f32(1)).id, builder.i32(0x3f800000).id);
  EXPECT_EQ(emit(Primitive::select, builder.mask(false), x, y).id, y.id);
}

TEST_F(BuilderTest, RemovesExactIdentities) {
  const Value one = builder.f32(1);
  const Value zero = builder.f32(0.0f);
  const Value minus_zero = builder.f32(-0.0f);
  const Value m = emit(Primitive::lt, x, y);
  EXPECT_EQ(emit(Primitive::mul, x, one).id, x.id);
  EXPECT_EQ(emit(Primitive::div, x, one).id, x.id);
  EXPECT_EQ(emit(Primitive::add, x, minus_zero).id, x.id);
  EXPECT_EQ(emit(Primitive::sub, x, zero).id, x.id);
  EXPECT_EQ(emit(Primitive::fma, one, x, y).id, emit(Primitive::add, x, y).id);
  EXPECT_EQ(emit(Primitive::fma, x, one, y).id, emit(Primitive::add, x, y).id);
  EXPECT_EQ(emit(Primitive::fma, x, y, minus_zero).id, emit(Primitive::mul, x, y).id);
  EXPECT_EQ(emit(Primitive::div, x, builder.f32(8)).id,
            emit(Primitive::mul, x, builder.f32(0.125f)).id);
  EXPECT_EQ(emit(Primitive::select, m, x, x).id, x.id);
  EXPECT_EQ(emit(Primitive::min, x, x).id, x.id);
  EXPECT_EQ(emit(Primitive::neg, emit(Primitive::neg, x)).id, x.id);
  EXPECT_EQ(emit(Primitive::bit_and, m, builder.mask(true)).id, m.id);
  EXPECT_EQ(emit(Primitive::bit_or, m, builder.mask(false)).id, m.id);
  EXPECT_EQ(emit(Primitive::bit_and, m, builder.mask(false)).id, builder.mask(false).id);
  EXPECT_EQ(builder.convert(x, Type::f32).id, x.id);
  EXPECT_EQ(builder.convert(builder.convert(m, Type::f32), Type::mask).id, m.id);
}

TEST_F(BuilderTest, KeepsWhatChangesABit) {
  const Value zero = builder.f32(0.0f);
  EXPECT_NE(emit(Primitive::add, x, zero).id, x.id);                // of -0
  EXPECT_NE(emit(Primitive::sub, x, builder.f32(-0.0f)).id, x.id);  // of -0
  EXPECT_NE(emit(Primitive::mul, x, zero).id, zero.id);             // of NaN and inf
  EXPECT_NE(emit(Primitive::sub, x, x).id, zero.id);                // of NaN and inf
  EXPECT_NE(emit(Primitive::eq, x, x).id, builder.mask(true).id);   // of NaN
  EXPECT_NE(emit(Primitive::fma, x, y, zero).id, emit(Primitive::mul, x, y).id);
  const Value tenth = emit(Primitive::div, x, builder.f32(10));
  EXPECT_NE(tenth.id, emit(Primitive::mul, x, builder.f32(0.1f)).id);
  const Value not_less = emit(Primitive::bit_not, emit(Primitive::lt, x, y));
  EXPECT_NE(not_less.id, emit(Primitive::le, y, x).id);  // of NaN
}

TEST_F(BuilderTest, SimplifiesLongAndNarrowAlike) {
  const Value d = builder.convert(x, Type::f64);
  const Value n = builder.convert(x, Type::i64);
  const Value narrow = builder.convert(x, Type::i32);
  EXPECT_EQ(emit(Primitive::mul, d, builder.f64(1)).id, d.id);
  EXPECT_EQ(emit(Primitive::add, d, builder.f64(-0.0)).id, d.id);
  EXPECT_NE(emit(Primitive::add, d, builder.f64(0.0)).id, d.id);  // of -0
  EXPECT_EQ(emit(Primitive::div, d, builder.f64(8)).id,
            emit(Primitive::mul, d, builder.f64(0.125)).id);
  EXPECT_NE(emit(Primitive::eq, d, d).id, builder.mask(true).id);  // of NaN
  EXPECT_EQ(emit(Primitive::bit_and, n, builder.i64(-1)).id, n.id);
  EXPECT_NE(emit(Primitive::bit_and, n, builder.i64(0xffffffff)).id, n.id);
  EXPECT_EQ(builder.convert(d, Type::f32).id, x.id);
  EXPECT_EQ(builder.convert(d, Type::i32).id, narrow.id);
  EXPECT_EQ(builder.convert(builder.convert(narrow, Type::f64), Type::i32).id, narrow.id);
  EXPECT_NE(builder.convert(builder.convert(n, Type::f64), Type::i64).id, n.id);
  EXPECT_NE(emit(Primitive::floor, d).id, d.id);
  EXPECT_EQ(emit(Primitive::floor, builder.convert(n, Type::f64)).id,
            builder.convert(n, Type::f64).id);
  EXPECT_EQ(builder.bitcast(builder.bitcast(d)).id, d.id);
}

TEST_F(BuilderTest, DividesAndShiftsByConstants) {
  const Value n = builder.convert(x, Type::i64);
  EXPECT_EQ(emit(Primitive::quotient, n, builder.i64(1)).id, n.id);
  EXPECT_EQ(emit(Primitive::quotient, n, builder.i64(-1)).id, emit(Primitive::neg, n).id);
  EXPECT_EQ(emit(Primitive::quotient, n, builder.i64(0)).id, builder.i64(0).id);
  EXPECT_EQ(emit(Primitive::remainder, n, builder.i64(-1)).id, builder.i64(0).id);
  EXPECT_EQ(emit(Primitive::shift_left_by, n, builder.i64(5)).id,
            builder.shift(Primitive::shift_left, n, 5).id);
  EXPECT_EQ(emit(Primitive::shift_left_by, n, builder.i64(64)).id, builder.i64(0).id);
  EXPECT_EQ(emit(Primitive::shift_right_by, n, builder.i64(-1)).id,
            builder.shift(Primitive::shift_right, n, 63).id);
}

TEST_F(BuilderTest, WrapsToWhatADTypeHolds) {
  const Value n = builder.i32(0x12345f8);
  EXPECT_EQ(builder.wrap(n, kUInt8).id, builder.i32(0xf8).id);
  EXPECT_EQ(builder.wrap(n, kInt8).id, builder.i32(-8).id);
  EXPECT_EQ(builder.wrap(n, kInt16).id, builder.i32(0x45f8).id);
  EXPECT_EQ(builder.wrap(n, kInt32).id, n.id);
  EXPECT_EQ(builder.wrap(builder.f32(1.0f / 3), kFloat16).id, builder.f32(0x1.554p-2f).id);
  EXPECT_EQ(builder.wrap(x, kFloat32).id, x.id);
  const Value half = builder.round_to(x, kFloat16);
  EXPECT_EQ(builder.round_to(half, kFloat16).id, half.id);
  const Value minus = emit(Primitive::neg, half);
  EXPECT_EQ(builder.round_to(minus, kFloat16).id, minus.id);
  EXPECT_NE(builder.round_to(half, kBFloat16).id, half.id);
  EXPECT_THROW(builder.wrap(x, kInt8), InternalError);
}

TEST_F(BuilderTest, AStoreWrapsIntegersByItself) {
  const Value n = builder.convert(x, Type::i32);
  for (const DType dtype : {kUInt8, kInt8, kInt16}) {
    const uint32_t out = builder.add_access({.dtype = dtype, .written = true});
    builder.store(out, builder.wrap(n, dtype), Level::loop);
  }
  const uint32_t whole = builder.add_access({.dtype = kInt32, .written = true});
  builder.store(whole, builder.wrap(n, kUInt8), Level::loop);
  const std::string text = to_string(finish(x));
  for (const char* line :
       {"store @4, %2\n", "store @5, %2\n", "store @6, %2\n", "store @7, %3\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(text.find("shift"), std::string::npos) << text;
}

TEST_F(BuilderTest, AStoreRoundsByItself) {
  const uint32_t halves = builder.add_access({.dtype = kFloat16, .written = true});
  const Value half = builder.round_to(x, kFloat16);
  builder.store(halves, half, Level::loop);
  const uint32_t others = builder.add_access({.dtype = kBFloat16, .written = true});
  builder.store(others, half, Level::loop);
  EXPECT_EQ(to_string(finish(builder.load(0, Level::loop))),
            "kernel rows\n"
            "accesses: @0 f32 unit, @1 f32 unit, @2 f32 unit, @3 out f32 unit, @4 out f16 unit, "
            "@5 out bf16 unit\n"
            "loop:\n"
            "  %0: f32 = load @0\n"
            "  %1: f32 = round_to f16 %0\n"
            "  store @4, %0\n"
            "  store @5, %1\n"
            "  store @3, %0\n");
}

TEST_F(BuilderTest, DropsDeadCode) {
  emit(Primitive::div, y, x);
  builder.reduce(Combine::sum, y);
  const Kernel kernel = finish(x);
  EXPECT_FALSE(kernel.has_reduction());
  EXPECT_EQ(kernel.code.size(), 2u);
}

TEST_F(BuilderTest, ReductionsAreSeenAfterTheirLoop) {
  const Value sum = builder.reduce(Combine::sum, x);
  EXPECT_FALSE(builder.is_visible(sum));
  EXPECT_THROW(emit(Primitive::neg, sum), InternalError);
  builder.end_loop();
  EXPECT_TRUE(builder.is_visible(sum));
  EXPECT_FALSE(builder.is_visible(x));
  EXPECT_THROW(emit(Primitive::neg, x), InternalError);
  builder.begin_loop();
  const Value again = builder.load(0, Level::loop);
  EXPECT_NE(again.id, x.id);
  EXPECT_EQ(to_string(finish(emit(Primitive::div, again, sum))),
            "kernel rows\n"
            "accesses: @0 f32 unit, @1 f32 unit, @2 f32 unit, @3 out f32 unit\n"
            "loop:\n"
            "  %0: f32 = load @0\n"
            "  %1: f32 = reduce sum %0\n"
            "loop:\n"
            "  %2: f32 = load @0\n"
            "  %3: f32 = div %2, %1\n"
            "  store @3, %3\n");
}

TEST_F(BuilderTest, LoopsWithoutAReductionBecomeOne) {
  const uint32_t other = builder.add_access({.written = true});
  builder.store(other, emit(Primitive::neg, x), Level::loop);
  builder.end_loop();
  builder.begin_loop();
  const Kernel kernel = finish(emit(Primitive::neg, builder.load(0, Level::loop)));
  EXPECT_EQ(kernel.loop_count(), 1);
  EXPECT_EQ(kernel.code.size(), 4u);  // one load, one neg, two stores
}

TEST_F(BuilderTest, KnowsWhetherAFoldIsNeeded) {
  const Value sum = builder.reduce(Combine::sum, x);
  builder.end_loop();
  builder.store(output, emit(Primitive::lt, sum, sum), Level::point);  // false
  EXPECT_FALSE(builder.reduces());
  builder.store(output, sum, Level::point);
  EXPECT_TRUE(builder.reduces());
}

TEST(Builder, KernelsWithoutALoopGetOne) {
  Builder builder(Form::rows);
  const uint32_t output = builder.add_access({.written = true});
  builder.store(output, builder.f32(1), Level::point);
  EXPECT_EQ(builder.finish().loop_count(), 1);
}

}  // namespace
}  // namespace lazuli::kernel
