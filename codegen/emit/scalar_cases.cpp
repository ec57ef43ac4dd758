// scalar_cases.gen.cpp: what tests/scalars measures.
#include <fmt/core.h>

#include "codegen/emit/emit.h"
#include "codegen/emit/steps.h"

namespace lazuli::codegen::emit {

std::string scalar_cases(const Catalogue& catalogue) {
  std::string text = banner("Every scalar function with its reference and its bound.");
  text += "#include <cmath>\n\n#include \"lazuli/op/scalars.gen.h\"\n";
  text += "#include \"tests/scalars/scalar_cases.h\"\n\nnamespace lazuli::scalar_tests {\n\n";
  text += "const std::vector<ScalarCase>& scalar_cases() {\n";
  text += "  static const std::vector<ScalarCase> cases = {\n";
  for (const ScalarFunction& scalar : catalogue.scalars) {
    if (scalar.parameters.size() != 1) continue;
    for (const auto& [type, definition] : scalar.definitions) {
      const bool is_f32 = type == formula::Type::f32;
      const std::string reference =
          fmt::format("[]({0} {1}) -> {0} {{ return {2}; }}", is_f32 ? "double" : "long double",
                      scalar.parameters[0], scalar.reference);
      text += fmt::format(
          "      {{.name = \"{0}\",\n       .build = op::scalars::{0},\n       .{1} = {2},\n"
          "       .ulp = {3},\n       .takes_fractions = {4}}},\n",
          scalar_function_name(scalar.name, type), is_f32 ? "reference" : "reference_f64",
          reference, definition.ulp, scalar.takes_fractions);
    }
  }
  return text + "  };\n  return cases;\n}\n\n}  // namespace lazuli::scalar_tests\n";
}

}  // namespace lazuli::codegen::emit
