#include "codegen/emit/steps.h"

#include <fmt/core.h>

#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using formula::Step;
using formula::Type;

std::string fraction_literal(const std::string& text) {
  const bool is_hexadecimal = text.find('x') != std::string::npos;
  const bool has_point = text.find_first_of(is_hexadecimal ? "p" : ".e") != std::string::npos;
  return text + (has_point ? "" : is_hexadecimal ? "p0" : ".0");
}

std::string integer_literal(const Step& step) {
  const bool is_word = step.type == Type::i32;
  if (step.number >= (is_word ? 0x1p31 : 0x1p63)) {
    return fmt::format("static_cast<int{}_t>({}u)", is_word ? 32 : 64, step.number_text);
  }
  return step.number_text;
}

std::string constant(const Step& step) {
  switch (step.type) {
    case Type::f32:
      return "builder.f32(" + fraction_literal(step.number_text) + "f)";
    case Type::f64:
      return "builder.f64(" + fraction_literal(step.number_text) + ")";
    case Type::i32:
      return "builder.i32(" + integer_literal(step) + ")";
    case Type::i64:
      return "builder.i64(" + integer_literal(step) + ")";
    case Type::mask:
      break;
  }
  return std::string("builder.mask(") + (step.number != 0 ? "true" : "false") + ")";
}

std::string expression(const Step& step) {
  const std::string operands = joined(step.operands, ", ");
  switch (step.form) {
    case Step::Form::constant:
      return constant(step);
    case Step::Form::primitive:
      return "builder.emit(Primitive::" + step.function + ", " + operands + ")";
    case Step::Form::shift:
      return fmt::format("builder.shift(Primitive::{}, {}, {})", step.function, operands,
                         step.number);
    case Step::Form::bitcast:
      return "builder.bitcast(" + operands + ")";
    case Step::Form::convert:
      return fmt::format("builder.convert({}, Type::{})", operands, formula::type_name(step.type));
    case Step::Form::attribute:
      return fmt::format("builder.convert({}, static_cast<DType>(attributes[{}]))", operands,
                         step.number);
    case Step::Form::scalar:
      return "scalars::" + scalar_function_name(step.function, step.type) + "(builder" +
             (operands.empty() ? "" : ", " + operands) + ")";
  }
  return "";
}

}  // namespace

std::string scalar_function_name(const std::string& scalar, Type type) {
  return type == Type::f32 ? scalar : scalar + "_" + std::string(formula::type_name(type));
}

std::string builder_calls(const formula::Steps& steps) {
  std::string text;
  for (const Step& step : steps.steps) {
    const bool is_last = &step == &steps.steps.back() && step.name == steps.result;
    text += is_last ? "  return " + expression(step) + ";\n"
                    : "  const Value " + step.name + " = " + expression(step) + ";\n";
    if (is_last) return text;
  }
  return text + "  return " + steps.result + ";\n";
}

}  // namespace lazuli::codegen::emit
