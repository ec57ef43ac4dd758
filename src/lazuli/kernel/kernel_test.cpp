#include "lazuli/kernel/kernel.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "lazuli/base/error.h"
#include "lazuli/kernel/builder.h"

namespace lazuli::kernel {
namespace {

// Rows of softmax-like code: every block and most of the notation.
Kernel sample() {
  Builder builder(Form::rows);
  const uint32_t x = builder.add_access({});
  const uint32_t indices =
      builder.add_access({.kind = Access::Kind::ramp, .dtype = DType::i64, .step = Step::any});
  const uint32_t table = builder.add_access({.step = Step::none});
  const uint32_t out = builder.add_access({.written = true});
  const uint32_t flag = builder.add_access({.dtype = DType::boolean, .written = true});
  const uint32_t number = builder.add_number(Type::f32);
  builder.begin_loop();
  const Value a = builder.load(x, Level::loop);
  const Value largest = builder.reduce(Combine::max, a);
  builder.end_loop();
  builder.begin_loop();
  const Value index = builder.load(indices, Level::loop);
  const Value b = builder.gather(table, index, Level::loop);
  const Value c = builder.emit(Primitive::fma, b, builder.number(number), largest);
  const Value word = builder.shift(Primitive::shift_left, builder.convert(c, Type::i32), 4);
  const Value mask = builder.emit(Primitive::lt, builder.f32(-0.5f), c);
  builder.store(out, builder.bitcast(word), Level::loop);
  builder.store(flag, mask, Level::loop);
  builder.end_loop();
  return builder.finish();
}

constexpr const char* kSampleText =
    "kernel rows\n"
    "accesses: @0 f32 unit, @1 ramp any, @2 f32 none, @3 out f32 unit, @4 out bool unit\n"
    "numbers: #0 f32\n"
    "once:\n"
    "  %0: f32 = number #0\n"
    "  %1: f32 = constant -0.5\n"
    "loop:\n"
    "  %2: f32 = load @0\n"
    "  %3: f32 = reduce max %2\n"
    "loop:\n"
    "  %4: i64 = load @1\n"
    "  %5: f32 = load @2[%4]\n"
    "  %6: f32 = fma %5, %0, %3\n"
    "  %7: i32 = convert %6\n"
    "  %8: i32 = shift_left %7, 4\n"
    "  %9: mask = lt %1, %6\n"
    "  %10: f32 = bitcast %8\n"
    "  store @3, %10\n"
    "  store @4, %9\n";

TEST(Kernel, Notation) { EXPECT_EQ(to_string(sample()), kSampleText); }

TEST(Kernel, CountsLoops) {
  EXPECT_EQ(sample().loop_count(), 2);
  EXPECT_TRUE(sample().has_reduction());
}

TEST(Kernel, KeysDifferWhereKernelsDo) {
  const std::string key = key_of(sample());
  EXPECT_EQ(key, key_of(sample()));
  const std::function<void(Kernel&)> changes[] = {
      [](Kernel& k) { k.form = Form::columns; },
      [](Kernel& k) { k.streaming = true; },
      [](Kernel& k) { k.accesses[0].step = Step::any; },
      [](Kernel& k) { k.accesses[0].dtype = DType::i64; },
      [](Kernel& k) { k.accesses[0].written = true; },
      [](Kernel& k) { k.accesses[1].kind = Access::Kind::buffer; },
      [](Kernel& k) { k.accesses.pop_back(); },
      [](Kernel& k) { k.numbers[0] = Type::i64; },
      [](Kernel& k) { k.code[1].bits ^= 1; },
      [](Kernel& k) { k.code[3].index = 0; },
      [](Kernel& k) { k.code[6].operands[2] = 0; },
      [](Kernel& k) { k.code[8].bits = 5; },
      [](Kernel& k) { k.code[9].primitive = Primitive::le; },
      [](Kernel& k) { k.code[10].type = Type::i32; },
      [](Kernel& k) { k.code.pop_back(); },
      [](Kernel& k) { k.blocks[3].first += 1; },
  };
  for (size_t i = 0; i < std::size(changes); ++i) {
    Kernel changed = sample();
    changes[i](changed);
    EXPECT_NE(key_of(changed), key) << i;
  }
}

struct Fault {
  const char* rule;
  std::function<void(Kernel&)> change;
};

TEST(Kernel, VerifyNamesTheRuleAndTheLine) {
  const Fault faults[] = {
      {"a ramp's dtype is i64", [](Kernel& k) { k.accesses[1].dtype = DType::f32; }},
      {"a ramp is never written", [](Kernel& k) { k.accesses[1].written = true; }},
      {"blocks come in the order", [](Kernel& k) { k.blocks.pop_back(); }},
      {"blocks come in the order", [](Kernel& k) { k.blocks[2].level = Level::point; }},
      {"blocks lie one after the other", [](Kernel& k) { k.blocks[2].last += 1; }},
      {"blocks cover the code", [](Kernel& k) { k.code.push_back(k.code[12]); }},
      {"unknown enumerator at 7",
       [](Kernel& k) { k.code[7].primitive = static_cast<Primitive>(99); }},
      {"'%7: i32 = convert %6'", [](Kernel& k) { k.code[7].index = 1; }},
      {"without a meaning", [](Kernel& k) { k.code[7].bits = 1; }},
      {"before its use", [](Kernel& k) { k.code[7].operands[0] = 7; }},
      {"before its use", [](Kernel& k) { k.code[7].operands[0] = kNoValue; }},
      {"too many operands", [](Kernel& k) { k.code[7].operands[1] = 2; }},
      {"a store has no value", [](Kernel& k) { k.code[12].operands[0] = 11; }},
      {"seen after its loop only",
       [](Kernel& k) {
         k.blocks[2].last = k.blocks[3].first = k.blocks[3].last = k.blocks[4].first = 7;
       }},
      {"seen in that loop only", [](Kernel& k) { k.code[6].operands[0] = 2; }},
      {"a constant stands at once level", [](Kernel& k) { k.code[4] = k.code[1]; }},
      {"low bytes", [](Kernel& k) { k.code[1].bits = uint64_t{1} << 32; }},
      {"no such number", [](Kernel& k) { k.code[0].index = 1; }},
      {"the number has another type", [](Kernel& k) { k.numbers[0] = Type::i32; }},
      {"no such access", [](Kernel& k) { k.code[2].index = 5; }},
      {"as declared, in '%2: f32 = load @3'", [](Kernel& k) { k.code[2].index = 3; }},
      {"another dtype", [](Kernel& k) { k.code[11].index = 4; }},
      {"a gather's index is an i64", [](Kernel& k) { k.code[5].operands[0] = 1; }},
      {"stored to once", [](Kernel& k) { k.code[12] = k.code[11]; }},
      {"its own element", [](Kernel& k) { k.accesses[3].step = Step::none; }},
      {"any and all take masks", [](Kernel& k) { k.code[3].index = 4; }},
      {"unknown enumerator at 3", [](Kernel& k) { k.code[3].index = 9; }},
      {"does not take this type", [](Kernel& k) { k.code[6].type = Type::i32; }},
      {"operands have the result's type", [](Kernel& k) { k.code[6].operands[2] = 4; }},
      {"a comparison gives a mask", [](Kernel& k) { k.code[9].type = Type::f32; }},
      {"two of one type", [](Kernel& k) { k.code[9].operands[0] = 8; }},
      {"less than the type's width", [](Kernel& k) { k.code[8].bits = 32; }},
      {"round_to rounds to f16 or bf16",
       [](Kernel& k) {
         k.code[10].primitive = Primitive::round_to;
         k.code[10].operands[0] = 6;
         k.code[10].index = static_cast<uint32_t>(kFloat32);
       }},
      {"does not take this type",
       [](Kernel& k) {
         k.code[6] = {Primitive::quotient, Type::f32, {5, 0, kNoValue}};
       }},
      {"bitcast turns", [](Kernel& k) { k.code[10].operands[0] = 6; }},
      {"from another type", [](Kernel& k) { k.code[7].type = Type::f32; }},
  };
  for (const Fault& fault : faults) {
    Kernel kernel = sample();
    fault.change(kernel);
    try {
      verify(kernel);
      ADD_FAILURE() << "passes: " << fault.rule;
    } catch (const InternalError& error) {
      EXPECT_NE(std::string(error.what()).find(fault.rule), std::string::npos)
          << fault.rule << " is told as: " << error.what();
    }
  }
}

TEST(Kernel, VerifyWantsLoopsOnlyWhereTheyAreNeeded) {
  Builder builder(Form::columns);
  const uint32_t out = builder.add_access({.written = true});
  builder.begin_loop();
  builder.store(out, builder.f32(1), Level::loop);
  builder.end_loop();
  EXPECT_THROW(builder.finish(), InternalError);
}

}  // namespace
}  // namespace lazuli::kernel
