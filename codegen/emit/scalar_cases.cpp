// scalar_cases.gen.cpp: what tests/scalars measures.
#include <fmt/core.h>

#include "codegen/emit/emit.h"
#include "codegen/emit/steps.h"

namespace lazuli::codegen::emit {
namespace {

std::string scalar_case(const ScalarFunction& scalar, formula::Type type, const std::string& suffix,
                        const std::string& inputs, double ulp) {
  const bool is_pair = scalar.parameters.size() == 2;
  const std::string function = scalar_function_name(scalar.name, type);
  // The reference's parameters have the names of the function's.
  const std::string reference = fmt::format(
      "[](auto {}, [[maybe_unused]] auto {}) {{\n"
      "             using Real [[maybe_unused]] = decltype({});\n"
      "             return {};\n           }}",
      scalar.parameters[0], is_pair ? scalar.parameters[1] : "", scalar.parameters[0],
      scalar.reference);
  return fmt::format(
      "      {{.name = \"{}{}\",\n       .type = kernel::Type::{},\n       .is_pair = {},\n"
      "       .build = [](Builder& b, Value x, [[maybe_unused]] Value y) {{ return {}(b, x{}); "
      "}},\n"
      "       .reference = references_of({}),\n       .inputs = Inputs::{},\n       .ulp = {}}},\n",
      function, suffix, formula::type_name(type), is_pair, "op::scalars::" + function,
      is_pair ? ", y" : "", reference, inputs, ulp);
}

}  // namespace

std::string scalar_cases(const Catalogue& catalogue) {
  std::string cases;
  for (const ScalarFunction& scalar : catalogue.scalars) {
    if (scalar.reference.empty()) continue;
    for (const auto& [type, definition] : scalar.definitions) {
      cases += scalar_case(scalar, type, "", definition.inputs, definition.ulp);
      if (definition.negative_ulp == 0) continue;
      cases += scalar_case(scalar, type, "_negative", "negative", definition.negative_ulp);
    }
  }
  std::string text = banner("Every scalar function with its reference and its bound.");
  text += "#include \"lazuli/op/scalars.gen.h\"\n";
  text += "#include \"tests/scalars/references.h\"\n";
  text += "#include \"tests/scalars/scalar_cases.h\"\n\n";
  text += "namespace lazuli::scalar_tests {\n\n";
  text += "using namespace references;\nusing kernel::Builder;\nusing kernel::Value;\n\n";
  text += "const std::vector<ScalarCase>& scalar_cases() {\n";
  text += "  static const std::vector<ScalarCase> cases = {\n" + cases;
  return text + "  };\n  return cases;\n}\n\n}  // namespace lazuli::scalar_tests\n";
}

}  // namespace lazuli::codegen::emit
