// formulas.gen.cpp: one element of each elementwise kind, as calls of the kernel builder.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "codegen/catalogue/dtypes.h"
#include "codegen/catalogue/scope.h"
#include "codegen/emit/emit.h"
#include "codegen/emit/steps.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

// The formula's lines as comment, after the entry's place.
std::string comment(const Position& where, const formula::Block& block) {
  std::string text = "// " + where.text() + ":";
  if (block.bindings.empty()) return text + " " + formula::to_string(block.result) + "\n";
  text += "\n";
  for (const formula::Binding& binding : block.bindings) {
    text += wrapped(binding.name + " = " + formula::to_string(binding.value), "//   ");
  }
  return text + wrapped(formula::to_string(block.result), "//   ");
}

std::string body(const Catalogue& catalogue, const Entry& entry, DType dtype) {
  const formula::Scope scope = scope_of(catalogue, entry, dtype);
  const formula::Steps steps = formula::lower(entry.formulas.at(dtype), scope);
  const std::string calls = builder_calls(steps);
  std::string text;
  for (size_t i = 0; i < scope.parameters.size(); ++i) {
    text += fmt::format("  const Value {} = operands[{}];\n", scope.parameters[i].name, i);
  }
  return text + calls;
}

std::string function_text(const std::string& name, const std::string& body) {
  const auto unused = [&](const char* parameter) {
    return body.find(parameter) == std::string::npos ? "" : parameter;
  };
  const std::string builder = unused("builder");
  const std::string attributes = unused("attributes");
  std::string head = "Value " + name + "(Builder&" + (builder.empty() ? "" : " ") + builder +
                     ", Values operands, Integers" + (attributes.empty() ? "" : " ") + attributes +
                     ") {\n";
  return head + body + "}\n";
}

// What tells the function of these dtypes from the others of its entry: their group, or the type
// that they compute in, where no other formula is for that, else a dtype's own name.
std::string suffix_of(const std::vector<DType>& dtypes, const std::map<std::string, int>& bodies) {
  std::vector<std::string> groups;
  for (const DType dtype : dtypes) {
    const std::string group(group_of(dtype));
    if (groups.empty() || groups.back() != group) groups.push_back(group);
  }
  if (groups.size() > 1 || bodies.at(groups[0]) == 1) return joined(groups, "_");
  const std::string type(formula::type_name(type_of(dtypes[0])));
  return bodies.at(type) == 1 ? type : std::string(name_of(dtypes[0]));
}

// The function of each dtype's formula; dtypes whose formulas come to the same share one.
std::vector<std::pair<DType, std::string>> names_of(const Catalogue& catalogue,
                                                    const Entry& entry) {
  std::map<std::string, std::vector<DType>> sharing;  // by body
  for (const auto& [dtype, block] : entry.formulas) {
    sharing[body(catalogue, entry, dtype)].push_back(dtype);
  }
  std::map<std::string, int> bodies;  // of each group and type
  for (const auto& [text, dtypes] : sharing) {
    std::set<std::string_view> words;
    for (const DType dtype : dtypes) {
      words.insert({group_of(dtype), formula::type_name(type_of(dtype))});
    }
    for (const std::string_view word : words) ++bodies[std::string(word)];
  }
  std::vector<std::pair<DType, std::string>> result;
  for (const auto& [text, dtypes] : sharing) {
    const std::string name =
        sharing.size() == 1 ? entry.name : entry.name + "_" + suffix_of(dtypes, bodies);
    for (const DType dtype : dtypes) result.emplace_back(dtype, name);
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string table_row(const Catalogue& catalogue, const Entry& entry) {
  std::string row;
  const auto names = names_of(catalogue, entry);
  for (const DType dtype : kAllDTypes) {
    std::string name = "nullptr";
    for (const auto& [own, function] : names) {
      if (own == dtype) name = function;
    }
    row += (row.empty() ? "" : ", ") + name;
  }
  return "    {" + row + "},  // " + entry.name + "\n";
}

}  // namespace

std::string formula_functions(const Catalogue& catalogue, const Entry& entry) {
  std::string text;
  std::set<std::string> written;
  for (const auto& [dtype, name] : names_of(catalogue, entry)) {
    if (!written.insert(name).second) continue;
    text += (text.empty() ? "" : "\n") + comment(entry.where, entry.formulas.at(dtype));
    text += function_text(name, body(catalogue, entry, dtype));
  }
  return text;
}

std::string formulas_source(const Catalogue& catalogue) {
  std::string text =
      banner("One element of each elementwise kind, written for the kernel builder.");
  text += "#include \"lazuli/op/scalars.gen.h\"\n#include \"lazuli/op/tables.h\"\n\n";
  text += "namespace lazuli::op::tables {\nnamespace {\n\n";
  text += "using kernel::Builder;\nusing kernel::Primitive;\nusing kernel::Type;\n";
  text += "using kernel::Value;\nusing Values = std::span<const Value>;\n";
  text += "using Integers = std::span<const int64_t>;\n\n";
  std::string rows;
  for (const Entry& entry : catalogue.entries) {
    if (!entry.is_recorded()) continue;
    if (entry.formulas.empty()) {
      rows += "    {},  // " + entry.name + "\n";
      continue;
    }
    text += formula_functions(catalogue, entry) + "\n";
    rows += table_row(catalogue, entry);
  }
  text += "}  // namespace\n\n// By OpKind, then by DType.\n";
  text += "const Formula kFormulas[kOpKindCount][kDTypeCount] = {\n" + rows + "};\n\n";
  return text + "}  // namespace lazuli::op::tables\n";
}

}  // namespace lazuli::codegen::emit
