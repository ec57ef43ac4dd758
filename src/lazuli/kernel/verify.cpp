#include <initializer_list>

#include "lazuli/base/check.h"
#include "lazuli/kernel/kernel.h"
#include "lazuli/kernel/print.h"

namespace lazuli::kernel {
namespace {

constexpr bool one_of(Type type, std::initializer_list<Type> types) {
  for (const Type candidate : types) {
    if (candidate == type) return true;
  }
  return false;
}

constexpr bool is_number(Type type) { return type != Type::mask; }

constexpr bool is_integer(Type type) { return one_of(type, {Type::i32, Type::i64}); }

class Verifier {
 public:
  explicit Verifier(const Kernel& kernel) : kernel_(kernel) {}

  void run() {
    check_accesses();
    check_blocks();
    blocks_of_code_.reserve(kernel_.code.size());
    stored_.assign(kernel_.accesses.size(), false);
    for (size_t block = 0; block < kernel_.blocks.size(); ++block) {
      for (size_t i = kernel_.blocks[block].first; i < kernel_.blocks[block].last; ++i) {
        blocks_of_code_.push_back(block);
        place_ = i;
        check_fields();
        check_operands();
        check_instruction();
      }
    }
  }

 private:
  // A broken rule of the kernel as a whole.
  void require(bool holds, std::string_view rule) const {
    if (!holds) [[unlikely]]
      throw InternalError(format("kernel: {}", rule));
  }
  // A broken rule of the instruction at hand.
  void need(bool holds, std::string_view rule) const {
    if (holds) [[likely]]
      return;
    throw InternalError(format("kernel: {}, in '{}'", rule, line_of(kernel_, place_)));
  }

  const Instruction& instruction() const { return kernel_.code[place_]; }
  Level level() const { return kernel_.blocks[blocks_of_code_[place_]].level; }
  Type operand_type(int i) const { return kernel_.code[instruction().operands[i]].type; }

  void check_accesses() const {
    for (const Access& access : kernel_.accesses) {
      require(access.kind <= Access::Kind::ramp && access.dtype <= DType::f64 &&
                  access.step <= Step::turned,
              "an access holds an unknown enumerator");
      require(access.kind == Access::Kind::buffer || access.dtype == DType::i64,
              "a ramp's dtype is i64");
      require(access.kind == Access::Kind::buffer || !access.written, "a ramp is never written");
    }
    for (const Type type : kernel_.numbers) {
      require(type <= Type::mask, "a number has an unknown type");
    }
  }

  void check_blocks() const {
    const std::vector<Block>& blocks = kernel_.blocks;
    require(kernel_.form <= Form::columns, "unknown form");
    require(blocks.size() >= 2 && blocks.size() % 2 == 0,
            "blocks come in the order once, point, loop, point, ..., point");
    uint32_t next = 0;
    for (size_t i = 0; i < blocks.size(); ++i) {
      const Level expected = i == 0 ? Level::once : i % 2 ? Level::point : Level::loop;
      require(blocks[i].level == expected,
              "blocks come in the order once, point, loop, point, ..., point");
      require(blocks[i].first == next && blocks[i].last >= next, "blocks lie one after the other");
      next = blocks[i].last;
    }
    require(next == kernel_.code.size(), "blocks cover the code");
    if (!kernel_.has_reduction()) {
      require(kernel_.loop_count() == (kernel_.form == Form::rows ? 1 : 0),
              "a kernel without a reduction has one loop in rows and none in columns");
    }
  }

  void check_fields() const {
    // The notation needs names, so a stranger is reported by its place.
    const bool is_known = instruction().primitive <= Primitive::convert &&
                          instruction().type <= Type::mask &&
                          (instruction().primitive != Primitive::reduce ||
                           instruction().index <= static_cast<uint32_t>(Combine::all));
    if (!is_known) throw InternalError(format("kernel: unknown enumerator at {}", place_));
    const Primitive primitive = instruction().primitive;
    const bool has_index = primitive == Primitive::load || primitive == Primitive::store ||
                           primitive == Primitive::number || primitive == Primitive::reduce ||
                           primitive == Primitive::round_to;
    need(has_index || instruction().index == 0, "`index` without a meaning is 0");
    const bool has_bits = primitive == Primitive::constant || primitive == Primitive::shift_left ||
                          primitive == Primitive::shift_right ||
                          primitive == Primitive::shift_right_logical;
    need(has_bits || instruction().bits == 0, "`bits` without a meaning is 0");
  }

  void check_operands() const {
    const int count = operand_count(instruction().primitive);
    for (int i = 0; i < 3; ++i) {
      const ValueId operand = instruction().operands[i];
      if (count == -1 && i == 0 && operand == kNoValue) continue;
      if (i >= (count == -1 ? 1 : count)) {
        need(operand == kNoValue, "too many operands");
        continue;
      }
      need(operand >= 0 && operand < static_cast<ValueId>(place_),
           "an operand is an instruction before its use");
      const Instruction& source = kernel_.code[operand];
      need(source.primitive != Primitive::store, "a store has no value");
      const size_t home = blocks_of_code_[operand];
      const bool same_block = home == blocks_of_code_[place_];
      if (source.primitive == Primitive::reduce) {
        need(!same_block, "a reduction is seen after its loop only");
      } else if (kernel_.blocks[home].level == Level::loop) {
        need(same_block, "a value of a loop is seen in that loop only");
      }
    }
  }

  void need_same_types(std::initializer_list<Type> types) const {
    need(one_of(instruction().type, types), "the primitive does not take this type");
    for (int i = 0; i < operand_count(instruction().primitive); ++i) {
      need(operand_type(i) == instruction().type, "operands have the result's type");
    }
  }

  void check_instruction() {
    const Type type = instruction().type;
    switch (instruction().primitive) {
      case Primitive::constant:
        need(level() == Level::once, "a constant stands at once level");
        need(size_of(type) == 8 || instruction().bits <= (type == Type::mask ? 1 : 0xffffffffu),
             "a constant lies in the low bytes of `bits`");
        return;
      case Primitive::number:
        need(level() == Level::once, "a number stands at once level");
        need(instruction().index < kernel_.numbers.size(), "no such number");
        need(kernel_.numbers[instruction().index] == type, "the number has another type");
        return;
      case Primitive::load:
        check_access(false);
        need(instruction().operands[0] == kNoValue || operand_type(0) == Type::i64,
             "a gather's index is an i64");
        return;
      case Primitive::store:
        check_access(true);
        need(operand_type(0) == type, "a store's type is that of its operand");
        check_store();
        return;
      case Primitive::reduce:
        return check_reduce();
      case Primitive::add:
      case Primitive::sub:
      case Primitive::mul:
      case Primitive::neg:
      case Primitive::min:
      case Primitive::max:
        return need_same_types({Type::f32, Type::f64, Type::i32, Type::i64});
      case Primitive::quotient:
      case Primitive::remainder:
      case Primitive::shift_left_by:
      case Primitive::shift_right_by:
        return need_same_types({Type::i32, Type::i64});
      case Primitive::div:
      case Primitive::fma:
      case Primitive::sqrt:
      case Primitive::abs:
      case Primitive::round:
      case Primitive::floor:
      case Primitive::ceil:
      case Primitive::trunc:
        return need_same_types({Type::f32, Type::f64});
      case Primitive::round_to:
        need(instruction().index == static_cast<uint32_t>(DType::f16) ||
                 instruction().index == static_cast<uint32_t>(DType::bf16),
             "round_to rounds to f16 or bf16");
        return need_same_types({Type::f32});
      case Primitive::eq:
      case Primitive::ne:
      case Primitive::lt:
      case Primitive::le:
        need(type == Type::mask, "a comparison gives a mask");
        need(operand_type(0) == operand_type(1), "a comparison takes two of one type");
        need(is_number(operand_type(0)), "masks have no order; see bit_xor");
        return;
      case Primitive::bit_and:
      case Primitive::bit_or:
      case Primitive::bit_xor:
      case Primitive::bit_not:
        return need_same_types({Type::i32, Type::i64, Type::mask});
      case Primitive::shift_left:
      case Primitive::shift_right:
      case Primitive::shift_right_logical:
        need_same_types({Type::i32, Type::i64});
        return need(instruction().bits < 8 * static_cast<uint64_t>(size_of(type)),
                    "a shift's distance is less than the type's width");
      case Primitive::select:
        need(operand_type(0) == Type::mask, "select's first operand is a mask");
        need(operand_type(1) == type && operand_type(2) == type,
             "select's result has the type of its second and third operand");
        return;
      case Primitive::bitcast:
        need(is_number(type) && is_number(operand_type(0)) &&
                 is_integer(type) != is_integer(operand_type(0)) &&
                 size_of(type) == size_of(operand_type(0)),
             "bitcast turns a float into the integer of its size, or the reverse");
        return;
      case Primitive::convert:
        need(is_number(type) && operand_type(0) != type,
             "convert goes to a number from another type");
        return;
    }
  }

  void check_access(bool written) const {
    need(level() != Level::once, "memory is read and written at points and in loops");
    need(instruction().index < kernel_.accesses.size(), "no such access");
    const Access& access = kernel_.accesses[instruction().index];
    need(access.written == written, "an access is either loaded from or stored to, as declared");
    need(type_of(access.dtype) == instruction().type, "the access has another dtype");
  }

  void check_store() {
    const Access& access = kernel_.accesses[instruction().index];
    need(!stored_[instruction().index], "an access is stored to once");
    stored_[instruction().index] = true;
    const bool along_columns = level() == Level::loop || kernel_.form == Form::columns;
    need(!along_columns || access.step != Step::none, "each column is stored to its own element");
  }

  void check_reduce() const {
    need(level() == Level::loop, "a reduction stands in a loop");
    const auto combine = static_cast<Combine>(instruction().index);
    const bool of_masks = combine == Combine::any || combine == Combine::all;
    need(of_masks == (instruction().type == Type::mask), "any and all take masks, others numbers");
    need(operand_type(0) == instruction().type, "a reduction has its operand's type");
  }

  const Kernel& kernel_;
  std::vector<size_t> blocks_of_code_;  // the block of each instruction so far
  std::vector<bool> stored_;            // by access
  size_t place_ = 0;
};

}  // namespace

void verify(const Kernel& kernel) { Verifier(kernel).run(); }

}  // namespace lazuli::kernel
