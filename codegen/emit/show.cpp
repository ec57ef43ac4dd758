#include <fmt/core.h>

#include "codegen/catalogue/dtypes.h"
#include "codegen/emit/emit.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

std::string line(const std::string& key, const std::string& value) {
  return value.empty() ? "" : fmt::format("{:<12}{}\n", key, value);
}

std::string block_lines(const std::string& key, const formula::Block& block) {
  std::string text;
  for (const formula::Binding& binding : block.bindings) {
    text += line(text.empty() ? key : "", binding.name + " = " + formula::to_string(binding.value));
  }
  return text + line(text.empty() ? key : "", formula::to_string(block.result));
}

std::string show_entry(const Catalogue& catalogue, const Entry& entry) {
  std::string text = fmt::format("{}  {}  {}\n", entry.function().schema.full_name(),
                                 entry.where.text(), name_of(entry.kind));
  text += wrapped(entry.doc, "  ") + "\n";
  std::string key = "functions";
  for (const Function& function : entry.functions) {
    text += line(key, schema::to_string(function.schema));
    key = "";
  }
  if (entry.is_internal) text += line("", "(internal: no public function)");
  if (entry.is_by_hand) text += line("", "(written by hand in src/lazuli/functions)");
  if (entry.is_recorded()) {
    text += line("operands", joined(entry.recorded.operands, ", "));
    text += line("attributes", joined(entry.recorded.attributes, ", "));
    text += line("sizes", joined(entry.recorded.sizes, ", "));
    text += line("offsets", joined(entry.recorded.offsets, ", "));
    text += line("dtypes", text_of(entry.dtypes));
    text += line("result", std::string(name_of(entry.dtype)));
  }
  text += line("combine", entry.combine);
  text += line("equation", entry.equation);
  if (entry.as) text += block_lines("as", entry.as);
  key = "gradient";
  for (const auto& [operand, gradient] : entry.gradients) {
    text += line(key, operand + ": " + formula::to_string(gradient));
    key = "";
  }
  text += line("reference", entry.reference);
  text += line("numpy", entry.numpy);
  std::vector<std::string> parts = {function_definitions(catalogue, entry)};
  if (entry.is_recorded()) parts.push_back(gradient_function(catalogue, entry));
  if (!entry.formulas.empty()) parts.push_back(formula_functions(catalogue, entry));
  for (const std::string& part : parts) {
    const std::string trimmed_part = trimmed(part);
    if (!trimmed_part.empty()) text += "\n" + trimmed_part + "\n";
  }
  return text;
}

std::string show_scalar(const Catalogue& catalogue, const ScalarFunction& scalar) {
  std::string text = fmt::format("{}({})  {}  scalar function\n", scalar.name,
                                 joined(scalar.parameters, ", "), scalar.where.text());
  text += wrapped(scalar.doc, "  ") + "\n";
  std::vector<std::string> bounds;
  for (const auto& [type, definition] : scalar.definitions) {
    bounds.push_back(fmt::format("{} at most {} ulp", formula::type_name(type), definition.ulp));
  }
  text += line("error", joined(bounds, ", ") + " of " + scalar.reference);
  for (size_t i = 0; i < scalar.derivatives.size(); ++i) {
    text += line(i == 0 ? "derivative" : "",
                 scalar.parameters[i] + ": " + formula::to_string(scalar.derivatives[i]));
  }
  return text + "\n" + scalar_functions(catalogue, scalar);
}

}  // namespace

std::string show(const Catalogue& catalogue, const std::string& name) {
  std::string text;
  for (const Entry& entry : catalogue.entries) {
    bool matches = entry.name == name;
    for (const Function& function : entry.functions) {
      matches |= function.schema.full_name() == name || function.schema.name == name;
    }
    if (matches) text += (text.empty() ? "" : "\n") + show_entry(catalogue, entry);
  }
  if (const ScalarFunction* scalar = catalogue.find_scalar(name)) {
    text += (text.empty() ? "" : "\n") + show_scalar(catalogue, *scalar);
  }
  return text;
}

}  // namespace lazuli::codegen::emit
