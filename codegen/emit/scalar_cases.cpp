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
      if (names.size() == 1) {
        const std::string reference =
            fmt::format("[]({0} {1}) -> {0} {{ return {2}; }}", is_f32 ? "double" : "long double",
                        names[0], scalar.reference);
        cases += fmt::format(
            "      {{.name = \"{0}\",\n       .build = op::scalars::{0},\n       .{1} = {2},\n"
            "       .ulp = {3},\n       .takes_fractions = {4}}},\n",
            name, is_f32 ? "reference" : "reference_f64", reference, definition.ulp,
            scalar.takes_fractions);
      } else if (names.size() == 2 && is_f32) {
        pairs += fmt::format(
            "      {{.name = \"{0}\",\n       .build = op::scalars::{0},\n"
            "       .reference = [](double {1}, double {2}) -> double {{ return {3}; }},\n"
            "       .ulp = {4}}},\n",
            name, names[0], names[1], scalar.reference, definition.ulp);
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
