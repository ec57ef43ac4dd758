#include "random_kernel.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "lazuli/kernel/builder.h"
#include "random.h"
#include "random_launch.h"

namespace lazuli::fuzz {
namespace {

using namespace kernel;

constexpr Type kTypes[] = {Type::f32, Type::f64, Type::i32, Type::i64, Type::mask};
constexpr int kTypeCount = 5;
constexpr Type kNumbers[] = {Type::f32, Type::f32, Type::f32, Type::f64,
                             Type::f64, Type::i32, Type::i32, Type::i64};
constexpr Type kFloatTypes[] = {Type::f32, Type::f32, Type::f64};
constexpr Type kIntegerTypes[] = {Type::i32, Type::i64};

// Writes a kernel block by block out of the values in sight.
class Generator {
 public:
  explicit Generator(Random& random) : random_(random) {}

  Kernel run() {
    kernel_.form = random_.one_in(2) ? Form::rows : Form::columns;
    kernel_.streaming = random_.one_in(4);
    const bool reduces = !random_.one_in(3);
    int loops = kernel_.form == Form::rows ? 1 : 0;
    if (reduces) loops = static_cast<int>(random_.between(1, 3));

    begin_block(Level::once);
    write_constants();
    write_operations(random_.between(0, 3));
    begin_block(Level::point);
    write_point(false);
    for (int i = 0; i < loops; ++i) {
      begin_block(Level::loop);
      write_loop(reduces, reduces && i == 0);
      begin_block(Level::point);
      write_point(reduces || i + 1 < loops);
    }
    if (loops == 0) write_store(Level::point);
    // A kernel whose reductions are all dead would be one of another kind when built again.
    if (first_reduction_ != kNoValue) store_value(first_reduction_, Level::point);
    end_block();
    return std::move(kernel_);
  }

 private:
  using Pool = std::vector<ValueId>;

  void begin_block(Level level) {
    if (!kernel_.blocks.empty()) end_block();
    kernel_.blocks.push_back({level, place(), place()});
  }
  void end_block() { kernel_.blocks.back().last = place(); }
  uint32_t place() const { return static_cast<uint32_t>(kernel_.code.size()); }

  Pool& pool(Type type) { return pools_[static_cast<int>(type)]; }

  ValueId write(const Instruction& instruction) {
    kernel_.code.push_back(instruction);
    const auto id = static_cast<ValueId>(place() - 1);
    if (instruction.primitive != Primitive::store && instruction.primitive != Primitive::reduce) {
      pool(instruction.type).push_back(id);
    }
    return id;
  }
  ValueId constant(Type type, uint64_t bits) {
    Instruction instruction{Primitive::constant, type};
    instruction.bits = bits;
    return write(instruction);
  }

  // A value in sight, more likely a late one.
  ValueId any(Type type) {
    const Pool& values = pool(type);
    const auto count = static_cast<int64_t>(values.size());
    const int64_t first = random_.one_in(3) ? 0 : std::max<int64_t>(0, count - 3);
    return values[random_.between(first, count - 1)];
  }

  void write_constants() {
    number_f32_ = constant(Type::f32, std::bit_cast<uint32_t>(0.75f));
    number_f64_ = constant(Type::f64, std::bit_cast<uint64_t>(0.75));
    for (const float value : {0.0f, -0.0f, 1.0f, -1.0f}) {
      neutral_f32_.push_back(constant(Type::f32, std::bit_cast<uint32_t>(value)));
      neutral_f64_.push_back(constant(Type::f64, std::bit_cast<uint64_t>(double{value})));
    }
    for (int i = 0; i < 2; ++i) {
      for (const Type type : kTypes) constant(type, random_edge(random_, type));
    }
    for (int64_t i = random_.between(0, 3); i > 0; --i) {
      Instruction number{Primitive::number, random_.pick(kTypes)};
      number.index = static_cast<uint32_t>(kernel_.numbers.size());
      kernel_.numbers.push_back(number.type);
      write(number);
    }
  }

  void write_operations(int64_t count) {
    for (int64_t i = 0; i < count; ++i) write_operation();
  }

  void write_operation() {
    constexpr Primitive kArithmetic[] = {Primitive::add, Primitive::sub, Primitive::mul,
                                         Primitive::min, Primitive::max};
    constexpr Primitive kFloats[] = {Primitive::sqrt,  Primitive::abs,  Primitive::round,
                                     Primitive::floor, Primitive::ceil, Primitive::trunc};
    constexpr Primitive kComparisons[] = {Primitive::eq, Primitive::ne, Primitive::lt,
                                          Primitive::le};
    constexpr Primitive kBits[] = {Primitive::bit_and, Primitive::bit_or, Primitive::bit_xor};
    constexpr Primitive kShifts[] = {Primitive::shift_left, Primitive::shift_right,
                                     Primitive::shift_right_logical};
    constexpr Primitive kDivisions[] = {Primitive::quotient, Primitive::remainder,
                                        Primitive::shift_left_by, Primitive::shift_right_by};
    // Braces, because they choose from left to right with every compiler.
    const Type number = random_.pick(kNumbers);
    const Type floating = random_.pick(kFloatTypes);
    const Type integer = random_.pick(kIntegerTypes);
    switch (random_.between(0, 19)) {
      case 0:
      case 1:
      case 2:
        write({random_.pick(kArithmetic), number, {any(number), any(number), kNoValue}});
        return;
      case 3:
        write({Primitive::fma, floating, {any(floating), any(floating), any(floating)}});
        return;
      case 4:
        write({Primitive::div, floating, {any(floating), any(floating), kNoValue}});
        return;
      case 5:
        write({random_.pick(kFloats), floating, {any(floating), kNoValue, kNoValue}});
        return;
      case 6:
        write({Primitive::neg, number, {any(number), kNoValue, kNoValue}});
        return;
      case 7:
        write({random_.pick(kComparisons), Type::mask, {any(number), any(number), kNoValue}});
        return;
      case 8: {
        const Type type = random_.one_in(2) ? integer : Type::mask;
        if (random_.one_in(4)) {
          write({Primitive::bit_not, type, {any(type), kNoValue, kNoValue}});
        } else {
          write({random_.pick(kBits), type, {any(type), any(type), kNoValue}});
        }
        return;
      }
      case 9: {
        Instruction shift{random_.pick(kShifts), integer, {any(integer), kNoValue, kNoValue}};
        shift.bits = static_cast<uint64_t>(random_.between(0, 8 * size_of(integer) - 1));
        write(shift);
        return;
      }
      case 10: {
        const Type type = random_.pick(kTypes);
        write({Primitive::select, type, {any(Type::mask), any(type), any(type)}});
        return;
      }
      case 11:
        write_bitcast();
        return;
      case 12:
        write_mirrored();
        return;
      case 13:
        write_near_identity();
        return;
      case 14:
        write({random_.pick(kDivisions), integer, {any(integer), any(integer), kNoValue}});
        return;
      case 15: {
        Instruction rounding{Primitive::round_to, Type::f32, {any(Type::f32), kNoValue, kNoValue}};
        rounding.index = static_cast<uint32_t>(random_.one_in(2) ? kFloat16 : kBFloat16);
        tell(write(rounding));
        return;
      }
      default:
        write_convert();
    }
  }

  // A value in sight once more, its operands exchanged or the whole negated: what equal
  // instructions and identities are mistaken for.
  void write_mirrored() {
    const ValueId id = any(random_.pick(kTypes));
    Instruction mirrored = kernel_.code[id];
    if (mirrored.type == Type::mask && random_.one_in(2)) {
      write({Primitive::bit_not, Type::mask, {id, kNoValue, kNoValue}});
    } else if (mirrored.operands[1] != kNoValue && mirrored.primitive != Primitive::select) {
      // The value is in sight, so its operands are.
      std::swap(mirrored.operands[0], mirrored.operands[1]);
      tell(write(mirrored));
    } else if (mirrored.type != Type::mask) {
      write({Primitive::neg, mirrored.type, {id, kNoValue, kNoValue}});
    }
    tell(id);
  }

  // An operation with a constant that leaves most values as they are.
  void write_near_identity() {
    constexpr Primitive kPrimitives[] = {Primitive::add, Primitive::sub, Primitive::mul,
                                         Primitive::div, Primitive::min, Primitive::max,
                                         Primitive::fma};
    const Type type = random_.pick(kFloatTypes);
    Instruction code{random_.pick(kPrimitives), type, {any(type), kNoValue, kNoValue}};
    code.operands[1] = random_.pick(type == Type::f32 ? neutral_f32_ : neutral_f64_);
    if (code.primitive == Primitive::fma) code.operands[2] = any(type);
    const auto count = code.primitive == Primitive::fma ? 3 : 2;
    std::swap(code.operands[0], code.operands[random_.between(0, count - 1)]);
    std::swap(code.operands[1], code.operands[random_.between(1, count - 1)]);
    tell(write(code));
  }

  // Marks a value whose bits should reach memory.
  void tell(ValueId id) {
    if (told_.size() < 4) told_.push_back(id);
  }
  void store_told(Level level) {
    for (const ValueId id : told_) store_value(id, level);
    told_.clear();
  }

  // The bits of a NaN are nobody's promise, so none is looked at.
  void write_bitcast() {
    const Type type = random_.pick(kFloatTypes);
    const Type integer = type == Type::f32 ? Type::i32 : Type::i64;
    if (random_.one_in(2)) {
      write({Primitive::bitcast, type, {any(integer), kNoValue, kNoValue}});
      return;
    }
    const ValueId value = any(type);
    const ValueId is_number = write({Primitive::eq, Type::mask, {value, value, kNoValue}});
    const ValueId otherwise = type == Type::f32 ? number_f32_ : number_f64_;
    const ValueId number = write({Primitive::select, type, {is_number, value, otherwise}});
    write({Primitive::bitcast, integer, {number, kNoValue, kNoValue}});
  }

  void write_convert() {
    const Type from = random_.pick(kTypes);
    const Type to = random_.pick(kNumbers);
    if (from != to) write({Primitive::convert, to, {any(from), kNoValue, kNoValue}});
  }

  uint32_t readable_access(Level level) {
    const auto count = static_cast<int64_t>(kernel_.accesses.size());
    if (count > 0 && random_.one_in(4)) {
      const auto index = static_cast<uint32_t>(random_.between(0, count - 1));
      if (!kernel_.accesses[index].written) return index;
    }
    constexpr Step kSteps[] = {Step::unit, Step::unit, Step::any, Step::turned, Step::none};
    Access access{.dtype = random_.one_in(3) ? kFloat32 : random_.pick(kAllDTypes),
                  .step = random_.pick(kSteps)};
    if (random_.one_in(6)) {
      access.kind = Access::Kind::ramp;
      access.dtype = kInt64;
      if (access.step == Step::unit) access.step = Step::any;
    }
    if (level == Level::point && random_.one_in(2)) access.step = Step::none;
    kernel_.accesses.push_back(access);
    return static_cast<uint32_t>(count);
  }

  ValueId write_load(Level level) {
    const bool gathers = random_.one_in(4);
    Instruction load{Primitive::load, Type::f32};
    load.index = readable_access(level);
    load.type = type_of(kernel_.accesses[load.index].dtype);
    if (gathers) load.operands[0] = any(Type::i64);
    return write(load);
  }

  // A dtype whose elements the type holds.
  DType memory_of(Type type) {
    constexpr DType kFloats[] = {kFloat32, kFloat32, kFloat16, kBFloat16};
    constexpr DType kIntegers[] = {kInt32, kInt32, kUInt8, kInt8, kInt16};
    switch (type) {
      case Type::f32:
        return random_.pick(kFloats);
      case Type::f64:
        return kFloat64;
      case Type::i32:
        return random_.pick(kIntegers);
      case Type::i64:
        return kInt64;
      case Type::mask:
        break;
    }
    return kBool;
  }

  void write_store(Level level) {
    constexpr Type kStored[] = {Type::f32, Type::f32, Type::f64, Type::i32, Type::i64, Type::mask};
    store_value(any(random_.pick(kStored)), level);
  }

  void store_value(ValueId value, Level level) {
    Instruction store{Primitive::store, kernel_.code[value].type, {value, kNoValue, kNoValue}};
    store.index = static_cast<uint32_t>(kernel_.accesses.size());
    constexpr Step kSteps[] = {Step::unit, Step::unit, Step::unit, Step::any, Step::turned};
    Access access{.written = true, .step = random_.pick(kSteps)};
    access.dtype = memory_of(store.type);
    if (level == Level::point && kernel_.form == Form::rows && random_.one_in(2)) {
      access.step = Step::none;
    }
    kernel_.accesses.push_back(access);
    write(store);
  }

  void write_point(bool stores) {
    for (int64_t i = random_.between(0, 2); i > 0; --i) write_load(Level::point);
    write_operations(random_.between(0, 4));
    if (!stores) return told_.clear();
    if (random_.one_in(2)) write_store(Level::point);
    store_told(Level::point);
  }

  ValueId write_reduce() {
    constexpr Type kFolded[] = {Type::f32, Type::f32, Type::f32, Type::f64,
                                Type::f64, Type::i32, Type::i64, Type::mask};
    Instruction reduce{Primitive::reduce, random_.pick(kFolded)};
    const bool of_masks = reduce.type == Type::mask;
    reduce.index = static_cast<uint32_t>(of_masks ? random_.between(4, 5) : random_.between(0, 3));
    // Values just as they were loaded meet more often than computed ones.
    const bool as_loaded = loaded_ != kNoValue && random_.one_in(3);
    if (as_loaded && kernel_.code[loaded_].type == reduce.type) {
      reduce.operands[0] = loaded_;
    } else {
      reduce.operands[0] = any(reduce.type);
    }
    return write(reduce);
  }

  void write_loop(bool reduces, bool must_reduce) {
    Pool before[kTypeCount];
    std::copy(std::begin(pools_), std::end(pools_), before);
    for (int64_t i = random_.between(1, 3); i > 0; --i) loaded_ = write_load(Level::loop);
    write_operations(random_.between(1, 12));
    std::vector<ValueId> folded;
    if (reduces) {
      for (int64_t i = random_.between(must_reduce ? 1 : 0, 3); i > 0; --i) {
        folded.push_back(write_reduce());
      }
      write_operations(random_.between(0, 4));
    }
    store_told(Level::loop);
    for (int64_t i = random_.between(reduces ? 0 : 1, 3); i > 0; --i) write_store(Level::loop);
    std::copy(std::begin(before), std::end(before), pools_);
    for (const ValueId id : folded) pool(kernel_.code[id].type).push_back(id);
    if (first_reduction_ == kNoValue && !folded.empty()) first_reduction_ = folded[0];
  }

  Random& random_;
  Kernel kernel_;
  Pool pools_[kTypeCount];  // values in sight, by type
  ValueId number_f32_ = kNoValue;
  ValueId number_f64_ = kNoValue;
  ValueId first_reduction_ = kNoValue;
  Pool neutral_f32_;  // constants that identities are about
  Pool neutral_f64_;
  Pool told_;
  ValueId loaded_ = kNoValue;  // by this loop, last
};

}  // namespace

KernelCase random_case(uint64_t seed) {
  Random random(seed);
  KernelCase one;
  one.seed = seed;
  one.kernel = Generator(random).run();
  verify(one.kernel);
  add_launch(random, one);
  return one;
}

Kernel rebuild(const Kernel& kernel) {
  Builder builder(kernel.form);
  for (const Access& access : kernel.accesses) builder.add_access(access);
  for (const Type type : kernel.numbers) builder.add_number(type);
  std::vector<Value> values(kernel.code.size());
  for (const Block& block : kernel.blocks) {
    if (block.level == Level::loop) builder.begin_loop();
    for (uint32_t i = block.first; i < block.last; ++i) {
      const Instruction& code = kernel.code[i];
      const auto operand = [&](int j) {
        return code.operands[j] == kNoValue ? Value() : values[code.operands[j]];
      };
      switch (code.primitive) {
        case Primitive::constant:
          values[i] = builder.constant(code.type, code.bits);
          break;
        case Primitive::number:
          values[i] = builder.number(code.index);
          break;
        case Primitive::load:
          values[i] = builder.gather(code.index, operand(0), block.level);
          break;
        case Primitive::store:
          builder.store(code.index, operand(0), block.level);
          break;
        case Primitive::reduce:
          values[i] = builder.reduce(static_cast<Combine>(code.index), operand(0));
          break;
        case Primitive::shift_left:
        case Primitive::shift_right:
        case Primitive::shift_right_logical:
          values[i] = builder.shift(code.primitive, operand(0), static_cast<int>(code.bits));
          break;
        case Primitive::round_to:
          values[i] = builder.round_to(operand(0), static_cast<DType>(code.index));
          break;
        case Primitive::bitcast:
          values[i] = builder.bitcast(operand(0));
          break;
        case Primitive::convert:
          values[i] = builder.convert(operand(0), code.type);
          break;
        default:
          values[i] = builder.emit(code.primitive, operand(0), operand(1), operand(2));
      }
    }
    if (block.level == Level::loop) builder.end_loop();
  }
  Kernel rebuilt = builder.finish();
  rebuilt.streaming = kernel.streaming;
  return rebuilt;
}

}  // namespace lazuli::fuzz
