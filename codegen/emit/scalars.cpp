// scalars.gen.h and scalars.gen.cpp: functions of scalars, written for the kernel builder.
#include <fmt/core.h>

#include "codegen/catalogue/scope.h"
#include "codegen/emit/emit.h"
#include "codegen/emit/steps.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

std::string head(const ScalarFunction& scalar, formula::Type type) {
  std::string text = "Value " + scalar_function_name(scalar.name, type) + "(Builder& builder";
  for (const std::string& parameter : scalar.parameters) text += ", Value " + parameter;
  return text + ")";
}

}  // namespace

std::string scalar_functions(const Catalogue& catalogue, const ScalarFunction& scalar) {
  std::string text;
  for (const auto& [type, definition] : scalar.definitions) {
    text += (text.empty() ? "// " : "\n// ") + scalar.where.text() + ":\n";
    for (const formula::Binding& binding : definition.formula.bindings) {
      text += wrapped(binding.name + " = " + formula::to_string(binding.value), "//   ");
    }
    text += wrapped(formula::to_string(definition.formula.result), "//   ");
    const formula::Steps steps =
        formula::lower(definition.formula, scope_of(catalogue, scalar, type));
    text += head(scalar, type) + " {\n" + builder_calls(steps) + "}\n";
  }
  return text;
}

std::string scalars_header(const Catalogue& catalogue) {
  std::string text = banner(
      "Functions of scalars, made of primitives: the same bits wherever "
      "a kernel runs.");
  text += "#pragma once\n\n#include \"lazuli/kernel/builder.h\"\n\n";
  text += "namespace lazuli::op::scalars {\n\nusing kernel::Builder;\nusing kernel::Value;\n\n";
  for (const ScalarFunction& scalar : catalogue.scalars) {
    text += wrapped(scalar.doc + " " + scalar.where.text(), "// ");
    for (const auto& [type, definition] : scalar.definitions) {
      text += head(scalar, type) + ";";
      if (!scalar.reference.empty()) text += fmt::format("  // at most {} ulp off", definition.ulp);
      text += "\n";
    }
  }
  return text + "\n}  // namespace lazuli::op::scalars\n";
}

std::string scalars_source(const Catalogue& catalogue) {
  std::string text = banner("Functions of scalars, made of primitives.");
  text += "#include \"lazuli/op/scalars.gen.h\"\n\nnamespace lazuli::op::scalars {\n\n";
  text += "using kernel::Primitive;\nusing kernel::Type;\n";
  for (const ScalarFunction& scalar : catalogue.scalars) {
    text += "\n" + scalar_functions(catalogue, scalar);
  }
  return text + "\n}  // namespace lazuli::op::scalars\n";
}

}  // namespace lazuli::codegen::emit
