// scalar_cases.gen.cpp: what tests/scalars measures.
#include <fmt/core.h>

#include "codegen/emit/emit.h"
#include "codegen/emit/steps.h"

namespace lazuli::codegen::emit {

std::string scalar_cases(const Catalogue& catalogue) {
  std::string cases, pairs;
  for (const ScalarFunction& scalar : catalogue.scalars) {
    if (scalar.reference.empty()) continue;
    const std::vector<std::string>& names = scalar.parameters;
    for (const auto& [type, definition] : scalar.definitions) {
      const bool is_f32 = type == formula::Type::f32;
      const std::string name = scalar_function_name(scalar.name, type);
      const std::string real = is_f32 ? "double" : "long double";
      std::string parameters;
      for (const std::string& each : names) {
        parameters += (parameters.empty() ? "" : ", ") + real + " " + each;
      }
      const std::string text = fmt::format(
          "      {{.name = \"{0}\",\n       .build = op::scalars::{0},\n"
          "       .{1} = []({2}) -> {3} {{ return {4}; }},\n       .ulp = {5}",
          name, is_f32 ? "reference" : "reference_f64", parameters, real, scalar.reference,
          definition.ulp);
      if (names.size() == 1) {
        cases += text + fmt::format(",\n       .inputs = Inputs::{}}},\n", definition.inputs);
      } else if (names.size() == 2) {
        pairs += text + "},\n";
      }
    }
  }
  std::string text = banner("Every scalar function with its reference and its bound.");
  text += "#include <cmath>\n\n#include \"lazuli/op/scalars.gen.h\"\n";
  text += "#include \"tests/scalars/references.h\"\n";
  text += "#include \"tests/scalars/scalar_cases.h\"\n\nnamespace lazuli::scalar_tests {\n\n";
  text += "const std::vector<ScalarCase>& scalar_cases() {\n";
  text += "  static const std::vector<ScalarCase> cases = {\n" + cases;
  text += "  };\n  return cases;\n}\n\n";
  text += "const std::vector<PairCase>& pair_cases() {\n";
  text += "  static const std::vector<PairCase> cases = {\n" + pairs;
  return text + "  };\n  return cases;\n}\n\n}  // namespace lazuli::scalar_tests\n";
}

}  // namespace lazuli::codegen::emit
