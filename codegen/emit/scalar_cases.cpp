// scalar_cases.gen.cpp: what tests/scalars measures.
#include <fmt/core.h>

#include "codegen/emit/emit.h"

namespace lazuli::codegen::emit {

std::string scalar_cases(const Catalogue& catalogue) {
  std::string cases, pairs;
  for (const ScalarFunction& scalar : catalogue.scalars) {
    if (scalar.reference.empty()) continue;
    const std::vector<std::string>& names = scalar.parameters;
    if (names.size() == 1) {
      cases += fmt::format(
          "      {{\"{0}\", op::scalars::{0}, [](double {1}) {{ return {2}; }}, {3}, {4}}},\n",
          scalar.name, names[0], scalar.reference, scalar.ulp, scalar.takes_fractions);
    } else if (names.size() == 2) {
      pairs += fmt::format(
          "      {{\"{0}\", op::scalars::{0}, [](double {1}, double {2}) {{ return {3}; }}, "
          "{4}}},\n",
          scalar.name, names[0], names[1], scalar.reference, scalar.ulp);
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
