// The notation of kernels, for people and for golden tests:
//
//   kernel rows
//   accesses: @0 f32 unit, @1 ramp any, @2 out f32 unit
//   numbers: #0 f32
//   once:
//     %0: f32 = number #0
//   loop:
//     %1: f32 = load @0
//     %2: f32 = mul %1, %0
//     store @2, %2
//
// Blocks without code have no line.
#include "lazuli/kernel/print.h"

#include <bit>
#include <cmath>

#include "lazuli/base/format.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::kernel {
namespace {

std::string_view name_of(Step step) {
  constexpr std::string_view kNames[] = {"none", "unit", "any", "turned"};
  return kNames[static_cast<int>(step)];
}

std::string_view name_of(Level level) {
  constexpr std::string_view kNames[] = {"once", "point", "loop"};
  return kNames[static_cast<int>(level)];
}

std::string constant_text(Type type, uint64_t bits) {
  switch (type) {
    case Type::f32: {
      const auto word = static_cast<uint32_t>(bits);
      const auto value = std::bit_cast<float>(word);
      return std::isnan(value) ? format("nan({:#x})", word) : format("{}", value);
    }
    case Type::f64: {
      const auto value = std::bit_cast<double>(bits);
      return std::isnan(value) ? format("nan({:#x})", bits) : format("{}", value);
    }
    case Type::i32:
      return format("{}", static_cast<int32_t>(bits));
    case Type::i64:
      return format("{}", static_cast<int64_t>(bits));
    case Type::mask:
      return bits ? "true" : "false";
  }
  return {};
}

std::string access_text(const Access& access) {
  std::string text = access.written ? "out " : "";
  if (access.kind == Access::Kind::ramp) {
    text += "ramp";
  } else {
    text += lazuli::name_of(access.dtype);
  }
  return format("{} {}", text, name_of(access.step));
}

}  // namespace

std::string line_of(const Kernel& kernel, size_t place) {
  const Instruction& instruction = kernel.code[place];
  std::string text;
  if (instruction.primitive != Primitive::store) {
    text = format("%{}: {} = ", place, name_of(instruction.type));
  }
  text += name_of(instruction.primitive);
  switch (instruction.primitive) {
    case Primitive::constant:
      return text + " " + constant_text(instruction.type, instruction.bits);
    case Primitive::number:
      return format("{} #{}", text, instruction.index);
    case Primitive::load:
      text += format(" @{}", instruction.index);
      if (instruction.operands[0] != kNoValue) text += format("[%{}]", instruction.operands[0]);
      return text;
    case Primitive::store:
      return format("{} @{}, %{}", text, instruction.index, instruction.operands[0]);
    case Primitive::reduce:
      return format("{} {} %{}", text, name_of(static_cast<Combine>(instruction.index)),
                    instruction.operands[0]);
    case Primitive::round_to:
      text += format(" {}", lazuli::name_of(static_cast<DType>(instruction.index)));
      break;
    default:
      break;
  }
  std::string_view separator = " ";
  for (const ValueId operand : instruction.operands) {
    if (operand == kNoValue) continue;
    text += format("{}%{}", separator, operand);
    separator = ", ";
  }
  const bool shifts = instruction.primitive == Primitive::shift_left ||
                      instruction.primitive == Primitive::shift_right ||
                      instruction.primitive == Primitive::shift_right_logical;
  if (shifts) text += format(", {}", instruction.bits);
  return text;
}

std::string to_string(const Kernel& kernel) {
  std::string text = kernel.form == Form::rows ? "kernel rows" : "kernel columns";
  if (kernel.streaming) text += " streaming";
  text += "\n";
  for (size_t i = 0; i < kernel.accesses.size(); ++i) {
    text += format("{}@{} {}", i == 0 ? "accesses: " : ", ", i, access_text(kernel.accesses[i]));
  }
  if (!kernel.accesses.empty()) text += "\n";
  for (size_t i = 0; i < kernel.numbers.size(); ++i) {
    text += format("{}#{} {}", i == 0 ? "numbers: " : ", ", i, name_of(kernel.numbers[i]));
  }
  if (!kernel.numbers.empty()) text += "\n";
  for (const Block& block : kernel.blocks) {
    if (block.first >= block.last) continue;
    text += format("{}:\n", name_of(block.level));
    for (size_t i = block.first; i < block.last && i < kernel.code.size(); ++i) {
      text += format("  {}\n", line_of(kernel, i));
    }
  }
  return text;
}

}  // namespace lazuli::kernel
