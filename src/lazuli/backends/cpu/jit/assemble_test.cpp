// Every primitive, type and instruction set against the primitives' definition; memory to the last
// byte; kernels larger than the registers; code memory. Random kernels are in tests/fuzz.
#include "lazuli/backends/cpu/jit/assemble.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "lazuli/backends/cpu/jit/code_memory.h"
#include "lazuli/backends/cpu/jit/program_case.h"
#include "lazuli/base/env.h"
#include "lazuli/base/error.h"
#include "lazuli/core/scalar.h"
#include "lazuli/interpret/interpret.h"
#include "lazuli/kernel/builder.h"
#include "lazuli/kernel/evaluate.h"

namespace lazuli::jit {
namespace {

using namespace kernel;

// Memory that ends at a page nobody may touch.
class Guarded {
 public:
  explicit Guarded(int64_t bytes) : bytes_(bytes) {
    size_ = (bytes + 4095) / 4096 * 4096 + 4096;
    pages_ = static_cast<char*>(
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(pages_ + size_ - 4096, 4096, PROT_NONE);
  }
  Guarded(const Guarded&) = delete;
  ~Guarded() { munmap(pages_, size_); }
  char* data() const { return pages_ + size_ - 4096 - bytes_; }

 private:
  int64_t bytes_;
  size_t size_;
  char* pages_;
};

std::vector<uint64_t> edges(Type type) {
  switch (type) {
    case Type::f32:
      return {0,          0x80000000, 1,          0x807fffff, 0x3f800000, 0xbf800000, 0x3f000000,
              0x3fc00000, 0xc0200000, 0x40490fdb, 0x4effffff, 0x4f000000, 0xcf000000, 0x5effffff,
              0x5f000000, 0xdf000000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345};
    case Type::i32:
      return {0, 1, 0xffffffff, 2, 0x7fffffff, 0x80000000, 0x01000001, 0xdeadbeef, 7, 31, 32};
    case Type::i64:
      return {0,
              1,
              ~uint64_t{0},
              0x7fffffffffffffff,
              0x8000000000000000,
              0x80000000,
              0xffffffff,
              0x1000001,
              0x7fffff4000000001,
              0x123456789abcdef0,
              0x20000000000001,  // 2^53 + 1
              0x20000000000003,
              0xffdfffffffffffff,
              7,
              63,
              64,
              static_cast<uint64_t>(-16777217)};
    case Type::f64:
      return {0,
              uint64_t{1} << 63,
              1,
              0x3ff0000000000000,  // 1
              0xbff0000000000000,
              0x3ff0000010000000,  // 1 + 2^-24, between two floats
              0x3ff0000010000001,
              0x3fe0000000000000,  // 0.5
              0x4004000000000000,  // 2.5
              0xc004000000000000,
              0x41dfffffffe00000,  // 2^31 - 0.5
              0x41e0000000000000,
              0xc1e0000000100000,  // -2^31 - 0.5
              0x43dfffffffffffff,  // just below 2^63
              0x43e0000000000000,
              0xc3e0000000000000,
              0x4330000000000001,  // 2^52 + 1
              0x47efffffefffffff,  // rounds to the greatest float
              0x47effffff0000000,  // rounds to infinity
              0x3690000000000000,  // 2^-150, a tie of 0 and the least float
              0x3690000000000001,
              0x000fffffffffffff,
              0x7fefffffffffffff,
              0x7ff0000000000000,
              0xfff0000000000000,
              0x7ff8000000000000,
              0xfff0000000000123};
    case Type::mask:
      return {0, 1};
  }
  return {};
}

// How a value of each type gets into a kernel and out of it.
DType memory_of(Type type) {
  constexpr DType kDTypes[] = {kFloat32, kFloat64, kInt32, kInt64, kBool};
  return kDTypes[static_cast<int>(type)];
}

void put(std::vector<char>& memory, Type type, uint64_t bits) {
  const int64_t size = lazuli::size_of(memory_of(type));
  memory.insert(memory.end(), reinterpret_cast<char*>(&bits),
                reinterpret_cast<char*>(&bits) + size);
}

uint64_t canonical(Type type, uint64_t bits) {
  if (type == Type::f64) return canonical_bits(std::bit_cast<double>(bits));
  return type == Type::f32 ? canonical_bits(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                           : bits;
}

// Runs a primitive on all combinations of edges; `extra` is a shift's distance or the DType that is
// rounded to.
void check_primitive(Primitive primitive, Type type, const std::vector<Type>& operands,
                     int extra = 0) {
  SCOPED_TRACE(testing::Message() << name_of(primitive) << " " << name_of(type) << " of "
                                  << name_of(operands[0]));
  Builder builder(Form::rows);
  std::vector<uint32_t> accesses;
  for (const Type operand : operands)
    accesses.push_back(builder.add_access(reads(memory_of(operand))));
  const uint32_t out = builder.add_access(writes(memory_of(type)));
  builder.begin_loop();
  lazuli::kernel::Value values[3];
  for (size_t i = 0; i < operands.size(); ++i) {
    values[i] = builder.load(accesses[i], Level::loop);
  }
  const bool is_shift =
      primitive >= Primitive::shift_left && primitive <= Primitive::shift_right_logical;
  builder.store(out,
                is_shift                          ? builder.shift(primitive, values[0], extra)
                : primitive == Primitive::convert ? builder.convert(values[0], type)
                : primitive == Primitive::bitcast ? builder.bitcast(values[0])
                : primitive == Primitive::round_to
                    ? builder.round_to(values[0], DType(extra))
                    : builder.emit(primitive, values[0], values[1], values[2]),
                Level::loop);
  builder.end_loop();
  const Kernel kernel = builder.finish();

  std::vector<char> memories[3];
  std::vector<uint64_t> expected;
  const std::vector<uint64_t> none = {0};
  const Type compared = operands[operands.size() == 3 && primitive == Primitive::select ? 1 : 0];
  for (const uint64_t a : edges(operands[0])) {
    for (const uint64_t b : operands.size() > 1 ? edges(operands[1]) : none) {
      for (const uint64_t c : operands.size() > 2 ? edges(operands[2]) : none) {
        const uint64_t bits[] = {a, b, c};
        for (size_t i = 0; i < operands.size(); ++i) put(memories[i], operands[i], bits[i]);
        expected.push_back(evaluate(primitive, type, compared, a,
                                    operands.size() == 1 ? static_cast<uint64_t>(extra) : b, c));
      }
    }
  }
  const int64_t size = lazuli::size_of(memory_of(type));
  for (const InstructionSet set : sets()) {
    std::vector<char> result(expected.size() * size);
    Operands launch;
    for (size_t i = 0; i < operands.size(); ++i) {
      launch.add(memories[i].data(), lazuli::size_of(memory_of(operands[i])));
    }
    launch.add(result.data(), size);
    launch.run(*assemble(kernel, set), 1, static_cast<int64_t>(expected.size()));
    for (size_t i = 0; i < expected.size(); ++i) {
      uint64_t bits = 0;
      std::memcpy(&bits, &result[i * size], size);
      ASSERT_EQ(canonical(type, bits), canonical(type, expected[i]))
          << "element " << i << ", set " << static_cast<int>(set);
    }
  }
}

TEST(Assemble, ComputesEveryPrimitiveAsDefined) {
  const Type f32 = Type::f32, f64 = Type::f64, i32 = Type::i32, i64 = Type::i64, mask = Type::mask;
  for (const Type type : {f32, f64, i32, i64}) {
    for (const Primitive primitive :
         {Primitive::add, Primitive::sub, Primitive::mul, Primitive::min, Primitive::max}) {
      check_primitive(primitive, type, {type, type});
    }
    for (const Primitive primitive : {Primitive::eq, Primitive::ne, Primitive::lt, Primitive::le}) {
      check_primitive(primitive, mask, {type, type});
    }
    check_primitive(Primitive::neg, type, {type});
    check_primitive(Primitive::select, type, {mask, type, type});
    check_primitive(Primitive::convert, type, {mask});
    for (const Type from : {f32, f64, i32, i64}) {
      if (from != type) check_primitive(Primitive::convert, type, {from});
    }
  }
  for (const Type type : {f32, f64}) {
    check_primitive(Primitive::div, type, {type, type});
    check_primitive(Primitive::fma, type, {type, type, type});
    for (const Primitive primitive : {Primitive::sqrt, Primitive::abs, Primitive::round,
                                      Primitive::floor, Primitive::ceil, Primitive::trunc}) {
      check_primitive(primitive, type, {type});
    }
    const Type integer = type == f32 ? i32 : i64;
    check_primitive(Primitive::bitcast, integer, {type});
    check_primitive(Primitive::bitcast, type, {integer});
  }
  for (const Type type : {i32, i64, mask}) {
    for (const Primitive primitive : {Primitive::bit_and, Primitive::bit_or, Primitive::bit_xor}) {
      check_primitive(primitive, type, {type, type});
    }
    check_primitive(Primitive::bit_not, type, {type});
  }
  for (const Type type : {i32, i64}) {
    for (const Primitive primitive : {Primitive::quotient, Primitive::remainder,
                                      Primitive::shift_left_by, Primitive::shift_right_by}) {
      check_primitive(primitive, type, {type, type});
    }
    for (const int distance : {1, 7, 31, 32, 63}) {
      if (type == i32 && distance > 31) continue;
      for (const Primitive primitive :
           {Primitive::shift_left, Primitive::shift_right, Primitive::shift_right_logical}) {
        check_primitive(primitive, type, {type}, distance);
      }
    }
  }
  check_primitive(Primitive::select, mask, {mask, mask, mask});
  check_primitive(Primitive::round_to, f32, {f32}, static_cast<int>(kFloat16));
  check_primitive(Primitive::round_to, f32, {f32}, static_cast<int>(kBFloat16));
}

// Powers of two become shifts.
TEST(Assemble, DividesByConstantsAsByOperands) {
  for (const Type type : {Type::i32, Type::i64}) {
    const uint64_t least = type == Type::i32 ? uint64_t{1} << 31 : uint64_t{1} << 63;
    for (const uint64_t divisor : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{16},
                                   least >> 1, least, least - 1, least | (least - 1)}) {
      for (const Primitive primitive : {Primitive::quotient, Primitive::remainder}) {
        Builder builder(Form::rows);
        const uint32_t in = builder.add_access(reads(memory_of(type)));
        const uint32_t out = builder.add_access(writes(memory_of(type)));
        builder.begin_loop();
        const auto a = builder.load(in, Level::loop);
        builder.store(out, builder.emit(primitive, a, builder.constant(type, divisor)),
                      Level::loop);
        builder.end_loop();
        const Kernel kernel = builder.finish();
        std::vector<char> memory;
        for (const uint64_t bits : edges(type)) put(memory, type, bits);
        const auto count = static_cast<int64_t>(edges(type).size());
        const int64_t size = lazuli::size_of(memory_of(type));
        for (const InstructionSet set : sets()) {
          std::vector<char> result(memory.size());
          Operands launch;
          launch.add(memory.data(), size);
          launch.add(result.data(), size);
          launch.run(*assemble(kernel, set), 1, count);
          for (int64_t i = 0; i < count; ++i) {
            uint64_t bits = 0;
            std::memcpy(&bits, &result[i * size], size);
            ASSERT_EQ(bits, evaluate(primitive, type, type, edges(type)[i], divisor))
                << name_of(primitive) << " of " << edges(type)[i] << " by " << divisor;
          }
        }
      }
    }
  }
}

// All 2^16 elements of the narrow dtypes through a load and a conversion to f64, which is exact.
TEST(Assemble, LoadsEveryNarrowElement) {
  for (const DType dtype : {kUInt8, kInt8, kInt16, kFloat16, kBFloat16}) {
    Builder builder(Form::rows);
    const uint32_t in = builder.add_access(reads(dtype));
    const uint32_t out = builder.add_access(writes(kFloat64));
    builder.begin_loop();
    builder.store(out, builder.convert(builder.load(in, Level::loop), Type::f64), Level::loop);
    builder.end_loop();
    const Kernel kernel = builder.finish();
    const int64_t size = lazuli::size_of(dtype), count = int64_t{1} << 8 * size;
    std::vector<char> elements(count * size);
    for (int64_t i = 0; i < count; ++i) std::memcpy(&elements[i * size], &i, size);
    for (const InstructionSet set : sets()) {
      std::vector<double> result(count);
      Operands launch;
      launch.add(elements.data(), size);
      launch.add(result.data(), 8);
      launch.run(*assemble(kernel, set), 1, count);
      for (int64_t i = 0; i < count; ++i) {
        const double expected = Scalar::from_bits(dtype, static_cast<uint64_t>(i)).to_double();
        ASSERT_EQ(canonical_bits(result[i]), canonical_bits(expected))
            << name_of(dtype) << " of " << i;
      }
    }
  }
}

// Floats all over into the two-byte floats, integers into the narrow ones.
TEST(Assemble, StoresNarrowElementsAsDefined) {
  constexpr int64_t kCount = 1 << 18;
  for (const DType dtype : {kUInt8, kInt8, kInt16, kFloat16, kBFloat16}) {
    Builder builder(Form::rows);
    const DType source = is_floating(dtype) ? kFloat32 : kInt32;
    const uint32_t in = builder.add_access(reads(source));
    const uint32_t out = builder.add_access(writes(dtype));
    builder.begin_loop();
    builder.store(out, builder.load(in, Level::loop), Level::loop);
    builder.end_loop();
    const Kernel kernel = builder.finish();
    const int64_t size = lazuli::size_of(dtype);
    std::vector<uint32_t> words(kCount);
    for (int64_t i = 0; i < kCount; ++i) words[i] = static_cast<uint32_t>(i * 16411);
    for (const InstructionSet set : sets()) {
      std::vector<char> result(kCount * size);
      Operands launch;
      launch.add(words.data(), 4);
      launch.add(result.data(), size);
      launch.run(*assemble(kernel, set), 1, kCount);
      for (int64_t i = 0; i < kCount; ++i) {
        uint64_t bits = 0;
        std::memcpy(&bits, &result[i * size], size);
        const double got = Scalar::from_bits(dtype, bits).to_double();
        const uint64_t wanted = Scalar::from_bits(source, words[i]).bits_as(dtype);
        const double expected = Scalar::from_bits(dtype, wanted).to_double();
        ASSERT_EQ(canonical_bits(got), canonical_bits(expected)) << name_of(dtype) << " of " << i;
      }
    }
  }
}

// Every f16 and bf16, the middle of it and the next, and the f64 beside these.
TEST(Assemble, RoundsLongFractionsToNarrowOnesOnce) {
  for (const DType dtype : {kFloat16, kBFloat16}) {
    Builder builder(Form::rows);
    const uint32_t in = builder.add_access(reads(kFloat64));
    const uint32_t out = builder.add_access(writes(dtype));
    builder.begin_loop();
    builder.store(out, builder.convert(builder.load(in, Level::loop), dtype), Level::loop);
    builder.end_loop();
    const Kernel kernel = builder.finish();
    std::vector<double> numbers;
    std::vector<uint16_t> expected;
    const uint16_t infinity = dtype == kFloat16 ? 0x7c00 : 0x7f80;
    const auto value = [&](uint16_t bits) { return Scalar::from_bits(dtype, bits).to_double(); };
    for (uint16_t low = 0; low < infinity; ++low) {
      const uint16_t high = low + 1;
      const double from = value(low);
      // Beyond the greatest, infinity stands for the next power of 2.
      const double to = high == infinity ? 2 * from - value(low - 1) : value(high);
      const double middle = (from + to) / 2;
      const auto add = [&](double number, uint16_t bits) {
        numbers.insert(numbers.end(), {number, -number});
        expected.insert(expected.end(), {bits, static_cast<uint16_t>(bits | 0x8000)});
      };
      add(from, low);
      add(std::nextafter(from, to), low);
      add(std::nextafter(middle, from), low);
      add(middle, low % 2 == 0 ? low : high);
      add(std::nextafter(middle, to), high);
      add(std::nextafter(to, from), high);
    }
    numbers.insert(numbers.end(), {1e300, -1e300, HUGE_VAL});
    expected.insert(expected.end(), {infinity, static_cast<uint16_t>(infinity | 0x8000), infinity});
    std::vector<std::unique_ptr<Program>> programs;
    programs.push_back(interpret::make_program(kernel));
    for (const InstructionSet set : sets()) programs.push_back(assemble(kernel, set));
    for (const auto& program : programs) {
      std::vector<uint16_t> result(numbers.size());
      Operands launch;
      launch.add(numbers.data(), 8);
      launch.add(result.data(), 2);
      launch.run(*program, 1, static_cast<int64_t>(numbers.size()));
      for (size_t i = 0; i < numbers.size(); ++i) {
        ASSERT_EQ(result[i], expected[i]) << name_of(dtype) << " of " << numbers[i];
      }
    }
  }
}

TEST(Assemble, TouchesNoByteOutside) {
  for (const DType dtype : kAllDTypes) {
    for (const Step step : {Step::unit, Step::any}) {
      for (const bool streaming : {false, true}) {
        Builder builder(Form::rows);
        const uint32_t in = builder.add_access(reads(dtype, step));
        const uint32_t out = builder.add_access(writes(dtype, step));
        builder.begin_loop();
        builder.store(out, builder.load(in, Level::loop), Level::loop);
        builder.end_loop();
        Kernel kernel = builder.finish();
        kernel.streaming = streaming;
        const int64_t size = lazuli::size_of(dtype);
        for (const InstructionSet set : sets()) {
          const auto program = assemble(kernel, set);
          for (int64_t columns = 1; columns < 150; ++columns) {
            const Guarded from(columns * size), to(columns * size);
            for (int64_t i = 0; i < columns * size; ++i) {
              from.data()[i] = static_cast<char>(dtype == kBool ? i % 3 == 0 : i % 31 + 11);
            }
            Operands launch;
            launch.add(from.data(), size);
            launch.add(to.data(), size);
            launch.run(*program, 1, columns);
            ASSERT_EQ(std::memcmp(from.data(), to.data(), columns * size), 0)
                << name_of(dtype) << " " << columns << " columns";
          }
        }
      }
    }
  }
}

// The same kernel through the interpreter.
void check_against_interpreter(const Kernel& kernel, int64_t inputs, int64_t rows,
                               int64_t columns) {
  const auto count = static_cast<size_t>(rows * columns);
  std::vector<float> in(count + static_cast<size_t>(inputs));
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i % 113) / 64 - 0.7f;
  std::vector<float> expected(count), actual(count);
  const auto run = [&](const Program& program, std::vector<float>& out) {
    Operands launch;
    for (int64_t i = 0; i < inputs; ++i) launch.add(in.data() + i, 4, columns * 4);
    launch.add(out.data(), 4, columns * 4);
    launch.run(program, rows, columns);
  };
  run(*interpret::make_program(kernel), expected);
  for (const InstructionSet set : sets()) {
    const auto program = assemble(kernel, set);
    run(*program, actual);
    for (size_t i = 0; i < count; ++i) {
      ASSERT_EQ(canonical_bits(actual[i]), canonical_bits(expected[i])) << "element " << i;
    }
  }
}

TEST(Assemble, KernelsMayBeLargerThanTheRegisters) {
  constexpr int kInputs = 40, kValues = 60;
  Builder builder(Form::rows);
  std::vector<uint32_t> accesses;
  for (int i = 0; i < kInputs; ++i) accesses.push_back(builder.add_access(reads(kFloat32)));
  const uint32_t out = builder.add_access(writes(kFloat32));
  builder.begin_loop();
  std::vector<lazuli::kernel::Value> values;
  for (int i = 0; i < kValues; ++i) {
    values.push_back(builder.emit(Primitive::mul, builder.load(accesses[i % kInputs], Level::loop),
                                  builder.f32(static_cast<float>(i) / 16 + 1)));
  }
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < kValues; ++i) {
      const auto other = values[(i * 7 + round) % kValues];
      values[i] =
          round % 3 == 0
              ? builder.emit(Primitive::fma, values[i], builder.f32(0.25f), other)
              : builder.emit(round % 3 == 1 ? Primitive::sub : Primitive::max, values[i], other);
    }
  }
  auto sum = values[0];
  for (int i = 1; i < kValues; ++i) sum = builder.emit(Primitive::add, sum, values[i]);
  builder.store(out, sum, Level::loop);
  builder.end_loop();
  check_against_interpreter(builder.finish(), kInputs, 3, 197);
}

TEST(Assemble, AComparisonServesSelectionsAndIsSelectedItself) {
  Builder builder(Form::rows);
  const uint32_t first = builder.add_access(reads(kFloat32));
  const uint32_t second = builder.add_access(reads(kFloat32));
  const uint32_t out = builder.add_access(writes(kFloat32));
  builder.begin_loop();
  const auto x = builder.load(first, Level::loop), y = builder.load(second, Level::loop);
  const auto is_less = builder.emit(Primitive::lt, x, y);
  const auto is_equal = builder.emit(Primitive::eq, x, y);
  const auto product = builder.emit(Primitive::mul, x, y);
  const auto least = builder.emit(Primitive::select, is_less, x, product);
  const auto both = builder.emit(Primitive::select, is_less, product, least);
  const auto either = builder.emit(Primitive::select, is_less, is_less, is_equal);
  builder.store(out, builder.emit(Primitive::select, either, both, y), Level::loop);
  builder.end_loop();
  check_against_interpreter(builder.finish(), 2, 3, 197);
}

TEST(Assemble, StreamingStoresChangeNothing) {
  Builder builder(Form::rows);
  const uint32_t in = builder.add_access(reads(kFloat32));
  const uint32_t out = builder.add_access(writes(kFloat32));
  builder.begin_loop();
  const auto x = builder.load(in, Level::loop);
  builder.store(out, builder.emit(Primitive::mul, x, x), Level::loop);
  builder.end_loop();
  Kernel kernel = builder.finish();
  kernel.streaming = true;
  check_against_interpreter(kernel, 1, 5, 1001);  // rows are not aligned
  check_against_interpreter(kernel, 1, 4, 1024);
}

TEST(Assemble, AnIndexOutOfRangeReadsNothingAndTells) {
  for (const bool is_uniform : {false, true}) {
    Builder builder(Form::rows);
    const uint32_t table =
        builder.add_access(reads(kFloat32, is_uniform ? Step::unit : Step::none));
    const uint32_t indices =
        builder.add_access(reads(kInt64, is_uniform ? Step::none : Step::unit));
    const uint32_t out = builder.add_access(writes(kFloat32));
    const Level level = is_uniform ? Level::point : Level::loop;
    lazuli::kernel::Value index;
    if (is_uniform) index = builder.load(indices, level);
    builder.begin_loop();
    if (!is_uniform) index = builder.load(indices, level);
    builder.store(out, builder.gather(table, index, Level::loop), Level::loop);
    builder.end_loop();
    const Kernel kernel = builder.finish();
    constexpr int64_t kColumns = 37, kExtent = 5;
    for (const InstructionSet set : sets()) {
      const auto program = assemble(kernel, set);
      for (const int64_t bad : {int64_t{-1}, kExtent, std::numeric_limits<int64_t>::min()}) {
        const int64_t step = is_uniform ? 4 * kColumns : 4;
        const Guarded values(kExtent * step);
        for (int64_t i = 0; i < kExtent * step / 4; ++i) {
          reinterpret_cast<float*>(values.data())[i] = static_cast<float>(i + 1);
        }
        for (const bool is_bad : {false, true}) {
          std::vector<int64_t> index_values(kColumns, 4);
          if (is_bad) index_values[is_uniform ? 0 : 20] = bad;
          std::vector<float> result(kColumns, -1);
          Operands launch;
          launch.add(values.data(), is_uniform ? 4 : 0);
          launch.accesses[0].index_stride = step;
          launch.accesses[0].index_extent = kExtent;
          launch.add(index_values.data(), is_uniform ? 0 : 8);
          launch.add(result.data(), 4);
          launch.run(*program, 1, kColumns);
          EXPECT_EQ(launch.fault, is_bad ? 1 + table : 0);
          for (int64_t i = 0; i < kColumns; ++i) {
            const float good = is_uniform ? static_cast<float>(4 * kColumns + i + 1) : 5.0f;
            const bool is_zero = is_bad && (is_uniform || i == 20);
            EXPECT_EQ(result[i], is_zero ? 0 : good) << i;
          }
        }
      }
    }
  }
}

TEST(Assemble, RefusesWhatDoesNotVerify) {
  Kernel kernel;
  for (const InstructionSet set : sets()) EXPECT_THROW(assemble(kernel, set), InternalError);
}

TEST(Assemble, ChoosesAmongWhatIsAllowed) {
  const env::Processor before = env::cpu();
  env::set_cpu(env::Processor::portable);
  EXPECT_EQ(available(), InstructionSet::none);
  env::set_cpu(env::Processor::avx2);
  EXPECT_EQ(available(),
            supports(InstructionSet::avx2) ? InstructionSet::avx2 : InstructionSet::none);
  env::set_cpu(env::Processor::best);
  if (supports(InstructionSet::avx512)) {
    EXPECT_EQ(available(), InstructionSet::avx512);
  }
  env::set_cpu(before);
}

TEST(Assemble, ShowsItsCode) {
  Builder builder(Form::rows);
  const uint32_t out = builder.add_access(writes(kFloat32));
  builder.begin_loop();
  builder.store(out, builder.f32(1), Level::loop);
  builder.end_loop();
  const Kernel kernel = builder.finish();
  for (const InstructionSet set : sets()) {
    const std::string text = disassembly(*assemble(kernel, set));
    EXPECT_NE(text.find("bytes, entry at"), std::string::npos);
    EXPECT_NE(text.find("c3"), std::string::npos);  // ret
  }
}

TEST(CodeMemory, ServesManyThreads) {
  const std::vector<uint8_t> code = {0xb8, 7, 0, 0, 0, 0xc3};  // mov eax, 7; ret
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&code] {
      std::vector<CodeBlock> blocks;
      for (int i = 0; i < 600; ++i) {
        blocks.emplace_back(code);
        const auto function =
            reinterpret_cast<int (*)()>(reinterpret_cast<uintptr_t>(blocks.back().data()));
        ASSERT_EQ(function(), 7);
        if (i % 3 == 2) blocks.erase(blocks.begin(), blocks.begin() + 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace lazuli::jit
