// kinds.gen.h, function_names.gen.h and traits.gen.cpp: the kinds and what is known of each, the
// functions by name.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "codegen/catalogue/dtypes.h"
#include "codegen/emit/emit.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

int count_of(const std::vector<std::string>& names) {
  return !names.empty() && names.back().ends_with("...") ? -1 : static_cast<int>(names.size());
}

// One bit a DType: "k_float | k_i64".
std::string dtype_bits(const Entry& entry) {
  std::vector<std::string> words = split(text_of(entry.dtypes), ',');
  for (std::string& word : words) word = "k_" + trimmed(word);
  return joined(words, " | ");
}

// The operand whose dtype the entry computes in: the first without a dtype of its own.
int leading_operand(const Entry& entry) {
  const auto& operands = entry.recorded.operands;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!entry.argument_dtypes.count(operands[i])) return static_cast<int>(i);
  }
  return 0;
}

std::string result_of(const Entry& entry) {
  switch (entry.dtype) {
    case DTypeRule::boolean:
      return "Result::boolean";
    case DTypeRule::index:
      return "Result::i64";
    case DTypeRule::argument:
      return entry.recorded.attributes.empty() ? "Result::operand" : "Result::attribute";
    default:
      return "Result::operand";
  }
}

std::string quoted_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + ("\"" + word.substr(0, word.find("...")) + "\"");
  }
  return "{" + text + "}";
}

std::string argument_dtypes(const Entry& entry) {
  std::string text;
  for (const std::string& operand : entry.recorded.operands) {
    const auto own = entry.argument_dtypes.find(operand);
    const std::string bits =
        own == entry.argument_dtypes.end() ? "0" : "k_" + std::string(name_of(own->second));
    text += (text.empty() ? "" : ", ") + bits;
  }
  return "{" + text + "}";
}

std::string traits_row(const Entry& entry) {
  const Recorded& recorded = entry.recorded;
  std::string row = fmt::format(
      "    {{.name = \"{}\",\n     .entry = \"{}\",\n     .category = Category::{},\n"
      "     .operands = {},\n     .attributes = {},\n     .sizes = {},\n     .offsets = {},\n"
      "     .failure = \"{}\",\n     .is_random = {},\n     .takes_index = {}}},\n",
      entry.name, entry.where.text(), name_of(entry.kind), count_of(recorded.operands),
      entry.kind == Kind::reduction ? -1 : count_of(recorded.attributes), count_of(recorded.sizes),
      count_of(recorded.offsets), entry.failure, entry.is_random, entry.takes_index);
  return row;
}

std::string type_row(const Entry& entry) {
  return fmt::format(
      "    {{.result = {},\n     .dtypes = {},\n     .leading_operand = {},\n"
      "     .operand_names = {},\n     .operand_dtypes = {}}},  // {}\n",
      result_of(entry), dtype_bits(entry), leading_operand(entry),
      quoted_list(entry.recorded.operands), argument_dtypes(entry), entry.name);
}

// The names of the functions that users call, each once, in order.
std::set<std::string> function_names(const Catalogue& catalogue) {
  std::set<std::string> names;
  for (const Entry& entry : catalogue.entries) {
    if (entry.is_internal) continue;
    for (const Function& function : entry.functions) names.insert(function.schema.name);
  }
  return names;
}

std::string reduction_row(const Entry& entry) {
  if (entry.kind != Kind::reduction) return "    {},  // " + entry.name + "\n";
  return fmt::format(
      "    {{.combine = kernel::Combine::{}, .has_empty = {}, .empty = {:.1f}}},  // {}\n",
      entry.combine, entry.empty.has_value(), entry.empty.value_or(0), entry.name);
}

}  // namespace

std::string kinds_header(const Catalogue& catalogue) {
  std::string text = banner("The operators that are recorded, one kind each.");
  text += "#pragma once\n\n#include <cstdint>\n\nnamespace lazuli::op {\n\n";
  text += "enum class OpKind : uint16_t {\n";
  int count = 0;
  for (const Entry& entry : catalogue.entries) {
    if (!entry.is_recorded()) continue;
    text += fmt::format("  {:<14}// {}\n", entry.name + ",", entry.where.text());
    ++count;
  }
  text += fmt::format("}};\n\ninline constexpr int kOpKindCount = {};\n\n", count);
  return text + "}  // namespace lazuli::op\n";
}

std::string names_header(const Catalogue& catalogue) {
  std::string text = banner("The functions that users call, each name once.");
  text += "#pragma once\n\n#include <cstdint>\n\nnamespace lazuli::op {\n\n";
  text += "enum class Function : uint32_t {\n  unnamed,\n";
  for (const std::string& name : function_names(catalogue)) text += "  " + name + ",\n";
  return text + "};\n\n}  // namespace lazuli::op\n";
}

std::string traits_source(const Catalogue& catalogue) {
  std::string text = banner("What is known of each kind, in the order of OpKind.");
  text += "#include \"lazuli/op/tables.h\"\n\nnamespace lazuli::op::tables {\n\n";
  std::string traits, types, reductions;
  for (const Entry& entry : catalogue.entries) {
    if (!entry.is_recorded()) continue;
    traits += traits_row(entry);
    types += type_row(entry);
    reductions += reduction_row(entry);
  }
  text += "const Traits kTraits[kOpKindCount] = {\n" + traits + "};\n\n";
  text += "const TypeRule kTypeRules[kOpKindCount] = {\n" + types + "};\n\n";
  text += "const std::string_view kFunctionNames[] = {\n    \"\",\n";
  for (const std::string& name : function_names(catalogue)) text += "    \"" + name + "\",\n";
  text += "};\n\n";
  text += "const ReductionRule kReductionRules[kOpKindCount] = {\n" + reductions + "};\n\n";
  return text + "}  // namespace lazuli::op::tables\n";
}

}  // namespace lazuli::codegen::emit
