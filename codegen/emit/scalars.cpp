// scalars.gen.h and scalars.gen.cpp: functions of scalars, written for the kernel builder.
#include <fmt/core.h>

#include "codegen/catalogue/scope.h"
#include "codegen/emit/emit.h"
#include "codegen/emit/steps.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

std::string head(const ScalarFunction& scalar) {
  std::string text = "Value " + scalar.name + "(Builder& builder";
  for (const std::string& parameter : scalar.parameters) text += ", Value " + parameter;
  return text + ")";
}

}  // namespace

std::string scalar_function(const Catalogue& catalogue, const ScalarFunction& scalar) {
  std::string text = "// " + scalar.where.text() + ":\n";
  for (const formula::Binding& binding : scalar.formula.bindings) {
    text += wrapped(binding.name + " = " + formula::to_string(binding.value), "//   ");
  }
  text += wrapped(formula::to_string(scalar.formula.result), "//   ");
  const formula::Steps steps = formula::lower(scalar.formula, scope_of(catalogue, scalar));
  return text + head(scalar) + " {\n" + builder_calls(steps) + "}\n";
}

std::string scalars_header(const Catalogue& catalogue) {
  std::string text = banner(
      "Functions of f32 scalars, made of primitives: the same bits wherever "
      "a kernel runs.");
  text += "#pragma once\n\n#include \"lazuli/kernel/builder.h\"\n\n";
  text += "namespace lazuli::op::scalars {\n\nusing kernel::Builder;\nusing kernel::Value;\n\n";
  for (const ScalarFunction& scalar : catalogue.scalars) {
    std::string bound;
    if (!scalar.reference.empty()) bound = fmt::format(" At most {} ulp off.", scalar.ulp);
    text += wrapped(fmt::format("{}{} {}", scalar.doc, bound, scalar.where.text()), "// ");
    text += head(scalar) + ";\n";
  }
  return text + "\n}  // namespace lazuli::op::scalars\n";
}

std::string scalars_source(const Catalogue& catalogue) {
  std::string text = banner("Functions of f32 scalars, made of primitives.");
  text += "#include \"lazuli/op/scalars.gen.h\"\n\nnamespace lazuli::op::scalars {\n\n";
  text += "using kernel::Primitive;\nusing kernel::Type;\n";
  for (const ScalarFunction& scalar : catalogue.scalars) {
    text += "\n" + scalar_function(catalogue, scalar);
  }
  return text + "\n}  // namespace lazuli::op::scalars\n";
}

}  // namespace lazuli::codegen::emit
