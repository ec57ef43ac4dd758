#include "lazuli/kernel/builder.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/base/hash.h"
#include "lazuli/kernel/simplify.h"

namespace lazuli::kernel {
namespace {

struct InstructionHash {
  size_t operator()(const Instruction& instruction) const {
    const auto word = [](uint32_t high, uint32_t low) { return uint64_t{high} << 32 | low; };
    uint64_t hash = hash_combine(word(static_cast<uint32_t>(instruction.primitive) << 8 |
                                          static_cast<uint32_t>(instruction.type),
                                      instruction.index),
                                 instruction.bits);
    hash = hash_combine(hash, word(instruction.operands[0], instruction.operands[1]));
    return hash_combine(hash, static_cast<uint32_t>(instruction.operands[2]));
  }
};

using Known = std::unordered_map<Instruction, ValueId, InstructionHash>;

bool is_comparison(Primitive primitive) {
  return primitive == Primitive::eq || primitive == Primitive::ne || primitive == Primitive::lt ||
         primitive == Primitive::le;
}

// Whether the first two operands may change places; not for min and max of two zeros.
bool is_symmetric(Primitive primitive) {
  switch (primitive) {
    case Primitive::add:
    case Primitive::mul:
    case Primitive::fma:
    case Primitive::eq:
    case Primitive::ne:
    case Primitive::bit_and:
    case Primitive::bit_or:
    case Primitive::bit_xor:
      return true;
    default:
      return false;
  }
}

// What equal instructions have in common.
Instruction key_of(Instruction instruction) {
  if (is_symmetric(instruction.primitive) && instruction.operands[0] > instruction.operands[1]) {
    std::swap(instruction.operands[0], instruction.operands[1]);
  }
  return instruction;
}

}  // namespace

struct Builder::State {
  explicit State(Form form) : form(form) {}

  Form form;
  std::vector<Access> accesses;
  std::vector<Type> numbers;

  // Everything written so far; operands are places in this list, which is in an order to run in.
  std::vector<Instruction> code;
  std::vector<Level> levels;  // the block that an instruction stands in
  std::vector<int> loops;     // how many loops stand before that block

  int loop_count = 0;  // loops begun
  bool in_loop = false;
  Known known;          // values at once and point level, and reductions
  Known known_in_loop;  // values of the current loop

  int current_loop() const { return loop_count - 1; }
  // The number of loops before the point block that is written to now.
  int current_point() const { return in_loop ? loop_count - 1 : loop_count; }
  bool is_reduction(ValueId id) const { return code[id].primitive == Primitive::reduce; }

  Level level_of(ValueId id) const { return is_reduction(id) ? Level::point : levels[id]; }

  bool is_visible(ValueId id) const {
    if (levels[id] != Level::loop) return true;
    const bool here = in_loop && loops[id] == current_loop();
    return is_reduction(id) ? !here : here;
  }

  // What a value that was wrapped to the dtype was before: storing it wraps alike.
  ValueId unwrapped(ValueId id, DType dtype) const {
    const Instruction& made = code[id];
    const ValueId inner = made.operands[0];
    switch (made.primitive) {
      case Primitive::round_to:
        return made.index == static_cast<uint32_t>(dtype) ? inner : id;
      case Primitive::bit_and: {
        const Instruction& bits = code[made.operands[1]];
        const bool is_wrap =
            dtype == DType::u8 && bits.primitive == Primitive::constant && bits.bits == 0xff;
        return is_wrap ? inner : id;
      }
      case Primitive::shift_right: {
        const bool is_narrow = dtype == DType::i8 || dtype == DType::i16;
        const bool is_wrap =
            is_narrow && made.bits == 32 - 8 * static_cast<uint64_t>(size_of(dtype)) &&
            code[inner].primitive == Primitive::shift_left && code[inner].bits == made.bits;
        return is_wrap ? code[inner].operands[0] : id;
      }
      default:
        return id;
    }
  }

  // Writes an instruction at a level, or finds the equal one that is in sight.
  ValueId insert(const Instruction& instruction, Level level) {
    LZ_ASSERT(level != Level::loop || in_loop, "{} in no loop", name_of(instruction.primitive));
    const bool lasts = level != Level::loop || instruction.primitive == Primitive::reduce;
    const bool is_store = instruction.primitive == Primitive::store;
    if (!is_store) {
      const auto [place, fresh] =
          (lasts ? known : known_in_loop)
              .try_emplace(key_of(instruction), static_cast<ValueId>(code.size()));
      if (!fresh) return place->second;
    }
    code.push_back(instruction);
    levels.push_back(level);
    loops.push_back(level == Level::once   ? 0
                    : level == Level::loop ? current_loop()
                                           : current_point());
    return static_cast<ValueId>(code.size() - 1);
  }
};

Builder::Builder(Form form) : state_(std::make_unique<State>(form)) {}
Builder::~Builder() = default;

uint32_t Builder::add_access(const Access& access) {
  state_->accesses.push_back(access);
  return static_cast<uint32_t>(state_->accesses.size() - 1);
}

uint32_t Builder::add_number(Type type) {
  state_->numbers.push_back(type);
  return static_cast<uint32_t>(state_->numbers.size() - 1);
}

void Builder::begin_loop() {
  LZ_ASSERT(!state_->in_loop, "loops do not nest");
  state_->in_loop = true;
  ++state_->loop_count;
}

void Builder::end_loop() {
  LZ_ASSERT(state_->in_loop, "no loop to end");
  state_->in_loop = false;
  state_->known_in_loop.clear();
}

bool Builder::in_loop() const { return state_->in_loop; }
Level Builder::level_of(Value value) const { return state_->level_of(value.id); }
bool Builder::is_visible(Value value) const { return state_->is_visible(value.id); }

Value Builder::f32(float value) { return constant(Type::f32, std::bit_cast<uint32_t>(value)); }
Value Builder::f64(double value) { return constant(Type::f64, std::bit_cast<uint64_t>(value)); }
Value Builder::i32(int32_t value) { return constant(Type::i32, static_cast<uint32_t>(value)); }
Value Builder::i64(int64_t value) { return constant(Type::i64, static_cast<uint64_t>(value)); }
Value Builder::mask(bool value) { return constant(Type::mask, value); }

Value Builder::constant(Type type, uint64_t bits) {
  Instruction instruction{.primitive = Primitive::constant, .type = type};
  instruction.bits = size_of(type) == 8 ? bits : type == Type::mask ? bits & 1 : bits & 0xffffffffu;
  return {state_->insert(instruction, Level::once), type};
}

Value Builder::number(uint32_t index) {
  LZ_ASSERT(index < state_->numbers.size(), "number {} of {}", index, state_->numbers.size());
  const Type type = state_->numbers[index];
  const Instruction instruction{.primitive = Primitive::number, .type = type, .index = index};
  return {state_->insert(instruction, Level::once), type};
}

Value Builder::load(uint32_t access, Level level) { return gather(access, {}, level); }

Value Builder::gather(uint32_t access, Value index, Level level) {
  LZ_ASSERT(access < state_->accesses.size(), "access {} of {}", access, state_->accesses.size());
  LZ_ASSERT(level != Level::once, "memory is read at points and in loops");
  LZ_ASSERT(!index || is_visible(index), "an index out of sight");
  const Access& source = state_->accesses[access];
  // The columns of a row share the element, so it is the row's.
  const bool of_the_row = state_->form == Form::rows && source.step == Step::none;
  if (of_the_row) level = Level::point;
  if (index) level = std::max(level, level_of(index));
  Instruction instruction{.primitive = Primitive::load, .type = type_of(source.dtype)};
  instruction.index = access;
  instruction.operands[0] = index.id;
  return {state_->insert(instruction, level), instruction.type};
}

void Builder::store(uint32_t access, Value value, Level level) {
  LZ_ASSERT(access < state_->accesses.size(), "access {} of {}", access, state_->accesses.size());
  LZ_ASSERT(level != Level::once, "memory is written at points and in loops");
  LZ_ASSERT(is_visible(value) && level_of(value) <= level, "a stored value out of sight");
  value.id = state_->unwrapped(value.id, state_->accesses[access].dtype);
  Instruction instruction{.primitive = Primitive::store, .type = value.type};
  instruction.index = access;
  instruction.operands[0] = value.id;
  state_->insert(instruction, level);
}

Value Builder::reduce(Combine combine, Value value) {
  LZ_ASSERT(in_loop(), "a reduction stands in a loop");
  LZ_ASSERT(is_visible(value), "a reduced value out of sight");
  Instruction instruction{.primitive = Primitive::reduce, .type = value.type};
  instruction.index = static_cast<uint32_t>(combine);
  instruction.operands[0] = value.id;
  return {state_->insert(instruction, Level::loop), value.type};
}

Value Builder::emit(Primitive primitive, Value a, Value b, Value c) {
  const bool selects = primitive == Primitive::select;
  const Type type = is_comparison(primitive) ? Type::mask : selects ? b.type : a.type;
  const Instruction instruction{
      .primitive = primitive, .type = type, .operands = {a.id, b.id, c.id}};
  const Value values[] = {a, b, c};
  const int count = operand_count(primitive);
  Level level = Level::once;
  for (int i = 0; i < 3; ++i) {
    LZ_ASSERT(static_cast<bool>(values[i]) == (i < count), "{} takes {} operands",
              name_of(primitive), count);
    if (i >= count) continue;
    LZ_ASSERT(is_visible(values[i]), "operand {} of {} is out of sight", i, name_of(primitive));
    LZ_ASSERT(selects ? i == 0 || values[i].type == type : values[i].type == a.type,
              "{} of different types", name_of(primitive));
    level = std::max(level, level_of(values[i]));
  }
  if (const Value value = simplify(*this, state_->code, instruction)) return value;
  return {state_->insert(instruction, level), type};
}

Value Builder::shift(Primitive primitive, Value a, int distance) {
  LZ_ASSERT(is_visible(a), "operand of {} is out of sight", name_of(primitive));
  Instruction instruction{.primitive = primitive, .type = a.type, .operands = {a.id}};
  instruction.operands[1] = instruction.operands[2] = kNoValue;
  instruction.bits = static_cast<uint64_t>(distance);
  if (const Value value = simplify(*this, state_->code, instruction)) return value;
  return {state_->insert(instruction, level_of(a)), a.type};
}

Value Builder::bitcast(Value a) {
  LZ_ASSERT(a.type != Type::mask, "bitcast of {}", name_of(a.type));
  LZ_ASSERT(is_visible(a), "operand of bitcast is out of sight");
  constexpr Type kTypes[] = {Type::i32, Type::i64, Type::f32, Type::f64};
  const Type type = kTypes[static_cast<int>(a.type)];
  const Instruction instruction{
      .primitive = Primitive::bitcast, .type = type, .operands = {a.id, kNoValue, kNoValue}};
  if (const Value value = simplify(*this, state_->code, instruction)) return value;
  return {state_->insert(instruction, level_of(a)), type};
}

Value Builder::convert(Value a, Type type) {
  if (a.type == type) return a;
  if (type == Type::mask) return emit(Primitive::ne, a, constant(a.type, 0));
  LZ_ASSERT(is_visible(a), "operand of convert is out of sight");
  const Instruction instruction{
      .primitive = Primitive::convert, .type = type, .operands = {a.id, kNoValue, kNoValue}};
  if (const Value value = simplify(*this, state_->code, instruction)) return value;
  return {state_->insert(instruction, level_of(a)), type};
}

// Rounded to odd: of the two floats around a number that is none, the one whose last bit is set. It
// lies on the number's side of every f16 and bf16 and of the middle between two of them (Boldo and
// Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to
// odd").
Value Builder::convert(Value a, DType dtype) {
  const Value near = convert(a, type_of(dtype));
  if (a.type != Type::f64 || (dtype != kFloat16 && dtype != kBFloat16)) return near;
  const Value back = convert(near, Type::f64);
  if (back.id == a.id) return near;
  const Value bits = bitcast(near);
  const Value is_even = emit(Primitive::eq, emit(Primitive::bit_and, bits, i32(1)), i32(0));
  const Value is_moved = emit(Primitive::bit_and, emit(Primitive::ne, back, a), is_even);
  const Value is_cut = emit(Primitive::lt, emit(Primitive::abs, back), emit(Primitive::abs, a));
  const Value step = emit(Primitive::select, is_cut, i32(1), i32(-1));
  return bitcast(emit(Primitive::add, bits, emit(Primitive::select, is_moved, step, i32(0))));
}

Value Builder::wrap(Value a, DType dtype) {
  LZ_ASSERT(a.type == type_of(dtype), "{} does not hold {}", name_of(a.type),
            lazuli::name_of(dtype));
  switch (dtype) {
    case DType::u8:
      return emit(Primitive::bit_and, a, i32(0xff));
    case DType::i8:
      return shift(Primitive::shift_right, shift(Primitive::shift_left, a, 24), 24);
    case DType::i16:
      return shift(Primitive::shift_right, shift(Primitive::shift_left, a, 16), 16);
    case DType::f16:
    case DType::bf16:
      return round_to(a, dtype);
    default:
      return a;
  }
}

Value Builder::round_to(Value a, DType dtype) {
  LZ_ASSERT(is_visible(a), "operand of round_to is out of sight");
  Instruction instruction{.primitive = Primitive::round_to, .type = a.type, .operands = {a.id}};
  instruction.operands[1] = instruction.operands[2] = kNoValue;
  instruction.index = static_cast<uint32_t>(dtype);
  if (const Value value = simplify(*this, state_->code, instruction)) return value;
  return {state_->insert(instruction, level_of(a)), a.type};
}

namespace {

// What is stored, and what that needs.
std::vector<bool> live_instructions(const std::vector<Instruction>& code) {
  std::vector<bool> live(code.size());
  for (size_t i = code.size(); i-- > 0;) {
    if (code[i].primitive == Primitive::store) live[i] = true;
    if (!live[i]) continue;
    for (const ValueId operand : code[i].operands) {
      if (operand != kNoValue) live[operand] = true;
    }
  }
  return live;
}

void map_operands(Instruction& instruction, const std::vector<ValueId>& places) {
  for (ValueId& operand : instruction.operands) {
    if (operand != kNoValue) operand = places[operand];
  }
}

}  // namespace

bool Builder::reduces() const {
  const std::vector<bool> live = live_instructions(state_->code);
  for (size_t i = 0; i < live.size(); ++i) {
    if (live[i] && state_->is_reduction(static_cast<ValueId>(i))) return true;
  }
  return false;
}

Kernel Builder::finish() {
  LZ_ASSERT(!in_loop(), "a loop has no end");
  std::unique_ptr<State> state = std::exchange(state_, std::make_unique<State>(state_->form));
  std::vector<bool> live = live_instructions(state->code);
  bool reduces = false;
  std::vector<bool> loop_lives(state->loop_count);
  for (size_t i = 0; i < state->code.size(); ++i) {
    if (!live[i]) continue;
    reduces |= state->is_reduction(static_cast<ValueId>(i));
    if (state->levels[i] == Level::loop) loop_lives[state->loops[i]] = true;
  }

  // Without a reduction the loops of a row do not depend on each other: they become one.
  if (state->form == Form::rows && !reduces) {
    auto merged = std::make_unique<State>(state->form);
    merged->accesses = std::move(state->accesses);
    merged->numbers = std::move(state->numbers);
    merged->loop_count = 1;
    merged->in_loop = true;
    std::vector<ValueId> places(state->code.size(), kNoValue);
    for (size_t i = 0; i < state->code.size(); ++i) {
      if (!live[i]) continue;
      Instruction instruction = state->code[i];
      map_operands(instruction, places);
      places[i] = merged->insert(instruction, state->levels[i]);
    }
    state = std::move(merged);
    live.assign(state->code.size(), true);
    loop_lives.assign(1, true);
  }

  Kernel kernel;
  kernel.form = state->form;
  kernel.accesses = std::move(state->accesses);
  kernel.numbers = std::move(state->numbers);
  kernel.code.reserve(state->code.size());
  std::vector<ValueId> places(state->code.size(), kNoValue);
  const auto begin_block = [&](Level level) {
    const auto place = static_cast<uint32_t>(kernel.code.size());
    kernel.blocks.push_back({level, place, place});
  };
  const auto append = [&](Level level, int loop) {
    for (size_t i = 0; i < state->code.size(); ++i) {
      if (!live[i] || state->levels[i] != level || state->loops[i] != loop) continue;
      places[i] = static_cast<ValueId>(kernel.code.size());
      kernel.code.push_back(state->code[i]);
      map_operands(kernel.code.back(), places);
    }
    kernel.blocks.back().last = static_cast<uint32_t>(kernel.code.size());
  };
  begin_block(Level::once);
  append(Level::once, 0);
  begin_block(Level::point);
  append(Level::point, 0);
  for (int loop = 0; loop < static_cast<int>(loop_lives.size()); ++loop) {
    if (loop_lives[loop]) {
      begin_block(Level::loop);
      append(Level::loop, loop);
      begin_block(Level::point);
    }
    append(Level::point, loop + 1);
  }
  verify(kernel);
  return kernel;
}

}  // namespace lazuli::kernel
