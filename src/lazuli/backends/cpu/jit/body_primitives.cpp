// The primitives of a block, copy by copy, and folding into accumulators.
#include <cstring>
#include <utility>

#include "lazuli/backends/cpu/jit/body.h"

namespace lazuli::jit {

using kernel::Primitive;
using kernel::Type;
using Kind = Operation::Kind;

namespace {

bool is_comparison(Primitive primitive) {
  return primitive >= Primitive::eq && primitive <= Primitive::le;
}

}  // namespace

void Body::compute(int32_t i) {
  for (int u = 0; u < shape_.copies; ++u) {
    compute_copy(i, u);
    end_copy(block_.operations[i], u);
  }
}

void Body::compute_copy(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  if (operation.kind == Kind::compare_select) return compare_select(i, copy);
  if (is_comparison(operation.primitive)) return comparison(i, copy);
  switch (operation.primitive) {
    case Primitive::fma:
      for (int p = 0; p < parts(operation.type); ++p) {
        fma(i, copy, p);
        registers_.unlock_all();
      }
      return;
    case Primitive::select:
      return selection(i, copy);
    case Primitive::bitcast:
      return bitcast(i, copy);
    case Primitive::convert: {
      Pair from = in_registers(operation.operands[0], copy);
      set_.convert(operation.type, operation.source, results(i, copy), from);
      return;
    }
    case Primitive::round_to: {
      const int a = in_register(operation.operands[0], copy, 0);
      set_.round_to(static_cast<DType>(operation.index), result_over_operand(i, copy, 0), a);
      return;
    }
    default:
      if (!extreme_of_constant(i, copy)) ordinary(i, copy);
  }
}

// A float constant that is not NaN, nor zero unless that is allowed.
bool Body::is_number(int32_t value, bool or_zero) const {
  if (!block_.is_external(value)) return false;
  const Home& home = block_.external(value).home;
  if (home.kind != Home::Kind::constant) return false;
  const auto fits = [&](auto constant) {
    std::memcpy(&constant, home.entry, sizeof constant);
    return or_zero ? constant == constant : constant < 0 || constant > 0;
  };
  return block_.external(value).type == Type::f64 ? fits(double()) : fits(float());
}

// With a constant among its operands, min or max of floats is what the hardware gives: it returns
// its second operand when one is NaN or when both are equal. A zero as the second is left out, for
// zeros of both signs are equal and the constant must win.
bool Body::extreme_of_constant(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  const bool is_extreme =
      operation.primitive == Primitive::min || operation.primitive == Primitive::max;
  if (!is_extreme || (operation.type != Type::f32 && operation.type != Type::f64)) return false;
  int32_t first = operation.operands[0], second = operation.operands[1];
  if (!is_number(first, true)) {
    if (!is_number(second, false)) return false;
    std::swap(first, second);
  }
  for (int p = 0; p < parts(operation.type); ++p) {
    const int a = in_register(first, copy, p);
    const Source b = source(second, copy, p, true);
    set_.bare_extreme(operation.primitive, operation.type, result_over_operand(i, copy, p), a,
                      b.operand());
    registers_.unlock_all();
  }
  return true;
}

// Primitives that work on each part by itself.
void Body::ordinary(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  const uint32_t memory = set_.memory_operands(operation.primitive, operation.type);
  for (int p = 0; p < parts(operation.type); ++p) {
    int32_t first = operation.operands[0];
    if (operation.count == 1) {
      const int a = in_register(first, copy, p);
      const int d = result_over_operand(i, copy, p);
      const bool is_shift = operation.primitive >= Primitive::shift_left &&
                            operation.primitive <= Primitive::shift_right_logical;
      is_shift
          ? set_.shift(operation.primitive, operation.type, d, a, static_cast<int>(operation.bits))
          : set_.unary(operation.primitive, operation.type, d, a);
    } else {
      int32_t second = operation.operands[1];
      if ((memory & kFirst) && is_in_memory(first, copy, p) && !is_in_memory(second, copy, p)) {
        std::swap(first, second);
      }
      const int a = in_register(first, copy, p);
      const Source b = source(second, copy, p, memory & kSecond);
      set_.binary(operation.primitive, operation.type, result_over_operand(i, copy, p), a,
                  b.operand());
    }
    registers_.unlock_all();
  }
}

void Body::fma(int32_t i, int copy, int part) {
  const Operation& operation = block_.operations[i];
  const Type type = operation.type;
  int32_t a = operation.operands[0], b = operation.operands[1];
  const int32_t c = operation.operands[2];
  const bool c_in_memory = is_in_memory(c, copy, part);
  if (is_in_memory(a, copy, part)) std::swap(a, b);  // memory goes to b, if there is any
  const auto dying = [&](int32_t value) {
    if (block_.is_external(value) || block_.operations[value].is_gone) return false;
    for (int k = 0; k < 3; ++k) {
      if (operation.operands[k] == value) return dies(operation, k);
    }
    return false;
  };
  const auto take_over = [&](int32_t value) {
    const int index = place(value, copy, part);
    place(value, copy, part) = -1;
    registers_.own(index, {i, static_cast<uint8_t>(copy), static_cast<uint8_t>(part)});
    place(i, copy, part) = static_cast<int8_t>(index);
    return index;
  };
  if (!c_in_memory && dying(c) && c != a && c != b) {
    const int ra = in_register(a, copy, part);
    in_register(c, copy, part);
    const Source rb = source(b, copy, part, true);
    return set_.multiply_add_231(type, take_over(c), ra, rb.operand());
  }
  if (!is_in_memory(b, copy, part) && !dying(a) && dying(b)) std::swap(a, b);
  if (dying(a)) {
    const int ra = in_register(a, copy, part);
    if (c_in_memory || !is_in_memory(b, copy, part)) {
      const int rb = in_register(b, copy, part);
      const Source rc = source(c, copy, part, true);
      if (a == b) {  // the operand is both; its register becomes the result
        return set_.multiply_add_213(type, take_over(a), ra, rc.operand());
      }
      return set_.multiply_add_213(type, take_over(a), rb, rc.operand());
    }
    const int rc = in_register(c, copy, part);
    const Source rb = source(b, copy, part, true);
    return set_.multiply_add_132(type, take_over(a), a == c ? ra : rc, rb.operand());
  }
  const int ra = in_register(a, copy, part);
  const Source rc = source(c, copy, part, true);
  if (rc.is_memory) {
    const int rb = in_register(b, copy, part);
    const int d = result(i, copy, part);
    block_.is_external(c) ? load_external(d, block_.external(c))
                          : set_.load(d, rc.memory.getRegExp());
    return set_.multiply_add_231(type, d, ra, set_.vector(rb));
  }
  const Source rb = source(b, copy, part, true);
  const int d = result(i, copy, part);
  set_.move(d, rc.reg.getIdx());
  set_.multiply_add_231(type, d, ra, rb.operand());
}

void Body::comparison(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  int32_t first = operation.operands[0], second = operation.operands[1];
  if (is_long(operation.source)) {
    const Pair a = in_registers(first, copy), b = in_registers(second, copy);
    set_.compare_long(operation.primitive, operation.source, result(i, copy, 0), a, b);
    return;
  }
  const uint32_t memory = set_.memory_operands(operation.primitive, operation.source);
  if ((memory & kFirst) && is_in_memory(first, copy, 0) && !is_in_memory(second, copy, 0)) {
    std::swap(first, second);
  }
  const int a = in_register(first, copy, 0);
  const Source b = source(second, copy, 0, memory & kSecond);
  set_.compare(operation.primitive, operation.source, result_over_operand(i, copy, 0), a,
               b.operand());
}

void Body::compare_select(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  for (int p = 0; p < parts(operation.type); ++p) {
    const int a = in_register(operation.operands[0], copy, p);
    const int x = in_register(operation.operands[2], copy, p);
    const int y = in_register(operation.operands[3], copy, p);
    {
      const Source b = source(operation.operands[1], copy, p, true);
      set_.compare_select(operation.comparison, operation.compared, result_over_operand(i, copy, p),
                          a, b.operand(), x, y);
    }
    registers_.unlock_all();
  }
}

void Body::selection(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  const int mask = in_register(operation.operands[0], copy, 0);
  if (is_long(operation.type)) {
    const Pair b = in_registers(operation.operands[1], copy);
    const Pair c = in_registers(operation.operands[2], copy);
    set_.select_long(results(i, copy), mask, b, c);
    return;
  }
  const int c = in_register(operation.operands[2], copy, 0);
  const Source b = source(operation.operands[1], copy, 0, true);
  set_.select(result_over_operand(i, copy, 0), mask, b.operand(), c);
}

void Body::bitcast(int32_t i, int copy) {
  const Operation& operation = block_.operations[i];
  for (int p = 0; p < parts(operation.type); ++p) {
    const int a = in_register(operation.operands[0], copy, p);
    set_.move(result_over_operand(i, copy, p), a);
    registers_.unlock_all();
  }
}

// --- reductions ---------------------------------------------------------------------------------

void Body::fold(int32_t i) {
  const kernel::ValueId value = block_.operations[i].value;
  for (Fold& fold : machine_.folds) {
    if (fold.value != value) continue;
    return fold.area >= 0 ? fold_in_scratch(i, fold) : fold_in_registers(i, fold);
  }
}

void Body::fold_in_registers(int32_t i, Fold& fold) {
  const Operation& operation = block_.operations[i];
  const Primitive join = kernel::join_of(fold.combine);
  const int count = parts(fold.type), size = lane_bytes(fold.type);
  for (int u = 0; u < shape_.copies; ++u) {
    for (int p = 0; p < count; ++p) {
      const int at = ((shape_.first + u) * count + p) % (128 / set_.bytes());
      const Pair values = in_registers(operation.operands[0], u);
      int value = p == 0 ? values.low : values.high;
      const Temporary kept(registers_);
      if (shape_.is_masked) {
        set_.keep_active(kept, value, fold.identity, size, shape_.first + u, p);
        value = kept;
      }
      if (fold.registers[at] >= 0) {
        set_.binary(join, fold.type, fold.registers[at], fold.registers[at], set_.vector(value));
      } else {
        const Xbyak::RegExp slot = machine_.frame.at(fold.slot + at * set_.bytes());
        const Temporary joined(registers_);
        set_.load(joined, slot);
        set_.binary(join, fold.type, joined, joined, set_.vector(value));
        set_.store(slot, joined);
      }
      registers_.unlock_all();
    }
  }
}

void Body::fold_in_scratch(int32_t i, const Fold& fold) {
  const Operation& operation = block_.operations[i];
  const Primitive join = kernel::join_of(fold.combine);
  const int count = parts(fold.type), size = lane_bytes(fold.type);
  const Xbyak::Reg64& lane = size == 8 ? kLane8 : kLane4;
  const int lanes = shape_.is_down ? 1 : shape_.copies;
  const auto value_of = [&](int copy, int part) {
    const Pair values = in_registers(operation.operands[0], copy);
    return part == 0 ? values.low : values.high;
  };
  for (int u = 0; u < lanes; ++u) {
    for (int p = 0; p < count; ++p) {
      const int value = value_of(u, p);
      const Xbyak::RegExp at = element(lane, size, u, p) + fold.area;
      const Temporary joined(registers_);
      if (join == Primitive::add || join == Primitive::bit_or || join == Primitive::bit_and) {
        set_.binary(join, fold.type, joined, value, code_.ptr[at]);
      } else {
        set_.load(joined, at);
        set_.binary(join, fold.type, joined, joined, set_.vector(value));
      }
      for (int below = 1; shape_.is_down && below < shape_.copies; ++below) {
        registers_.unlock_all();
        set_.binary(join, fold.type, joined, joined, set_.vector(value_of(below, p)));
      }
      set_.store(at, joined);
    }
    registers_.unlock_all();
  }
}

}  // namespace lazuli::jit
