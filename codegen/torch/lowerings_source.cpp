// LazyLowerings.cpp: what each node is in Lazuli's own functions.
#include <fmt/core.h>

#include "codegen/torch/emit.h"
#include "codegen/torch/lowering.h"

namespace lazuli::codegen::torch {
namespace {

constexpr size_t kWidth = 100;

}  // namespace

std::string lowering_definition(const Generation& generation, const NativeFunction& function) {
  const Lowering lowering = generation.lowerings->of(function);
  if (lowering.statements.empty()) return "";
  std::string text = schema_comment(function.schema);
  text +=
      fmt::format("std::vector<lazy::Value> {}::lower() const {{\n", node_name(function.schema));
  for (const std::string& statement : lowering.statements) {
    std::string rest = "  " + statement;
    while (rest.size() > kWidth) {
      const size_t space = rest.rfind(' ', kWidth - 1);
      if (space == rest.npos || space <= rest.find_first_not_of(' ')) break;
      text += rest.substr(0, space) + "\n";
      rest = "      " + rest.substr(space + 1);
    }
    text += rest + "\n";
  }
  return text + "}\n";
}

std::string lowerings_source(const Generation& generation) {
  std::string text = banner(generation, "The nodes in Lazuli's own functions.");
  text += include_lines({generated_header(generation, "LazyIr.h")}) + "\n";
  text += include_lines({"\"lazuli/functions/arithmetic.h\"",
                         "\"lazuli/functions/functions.gen.h\"", "\"torch/lowering.h\""}) +
          "\n" + open_namespace(generation);
  for (const NativeFunction* function : generated_nodes(generation)) {
    const std::string definition = lowering_definition(generation, *function);
    if (!definition.empty()) text += definition + "\n";
  }
  return text + close_namespace(generation);
}

}  // namespace lazuli::codegen::torch
