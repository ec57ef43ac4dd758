#include "codegen/emit/steps.h"

#include <fmt/core.h>

#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using formula::Step;
using formula::Type;

std::string float_literal(const std::string& text) {
  const bool is_hexadecimal = text.find('x') != std::string::npos;
  const bool has_point = text.find_first_of(is_hexadecimal ? "p" : ".e") != std::string::npos;
  return text + (has_point ? "f" : is_hexadecimal ? "p0f" : ".0f");
}

std::string integer_literal(const Step& step) {
  if (step.number > 2147483647.0) return "static_cast<int32_t>(" + step.number_text + "u)";
  return step.number_text;
}

std::string constant(const Step& step) {
  switch (step.type) {
    case Type::f32:
      return "builder.f32(" + float_literal(step.number_text) + ")";
    case Type::f64:
      return "builder.f64(" + step.number_text + ")";
    case Type::i32:
      return "builder.i32(" + integer_literal(step) + ")";
    case Type::i64:
      return "builder.i64(" + step.number_text + ")";
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
      return fmt::format("builder.convert({}, Type::{})", operands, kernel_type_name(step.type));
    case Step::Form::attribute:
      return fmt::format("builder.convert({}, kernel::type_of(static_cast<DType>(attributes[{}])))",
                         operands, step.number);
    case Step::Form::scalar:
      return "scalars::" + step.function + "(builder, " + operands + ")";
  }
  return "";
}

}  // namespace

const char* kernel_type_name(formula::Type type) {
  static constexpr const char* kNames[] = {"f32", "f64", "i32", "i64", "mask"};
  return kNames[static_cast<int>(type)];
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
