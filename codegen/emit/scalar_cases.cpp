// scalar_cases.gen.cpp: what tests/scalars measures.
#include <fmt/core.h>

#include "codegen/emit/emit.h"

namespace lazuli::codegen::emit {

std::string scalar_cases(const Catalogue& catalogue) {
  std::string text = banner("Every scalar function with its reference and its bound.");
  text += "#include <cmath>\n\n#include \"lazuli/op/scalars.gen.h\"\n";
  text += "#include \"tests/scalars/scalar_cases.h\"\n\nnamespace lazuli::scalar_tests {\n\n";
  text += "const std::vector<ScalarCase>& scalar_cases() {\n";
  text += "  static const std::vector<ScalarCase> cases = {\n";
  for (const ScalarFunction& scalar : catalogue.scalars) {
    if (scalar.parameters.size() != 1) continue;
    text += fmt::format(
        "      {{\"{0}\", op::scalars::{0}, [](double {1}) {{ return {2}; }}, {3}, {4}}},\n",
        scalar.name, scalar.parameters[0], scalar.reference, scalar.ulp, scalar.takes_fractions);
  }
  return text + "  };\n  return cases;\n}\n\n}  // namespace lazuli::scalar_tests\n";
}

}  // namespace lazuli::codegen::emit
