// operator_cases.gen.cpp: what tests/operators calls, and what it compares with.
#include <fmt/core.h>

#include <algorithm>

#include "codegen/catalogue/dtypes.h"
#include "codegen/emit/emit.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;
using schema::Base;

size_t place_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

// "t[0]" or "n[2]": the operand whose place the argument takes.
std::string value_of(const Function& function, const Argument& argument) {
  const size_t place = place_of(function.operands, argument.name);
  return fmt::format("{}[{}]", argument.type.base == Base::tensor ? "t" : "n", place);
}

std::string call_text(const Function& function) {
  const std::vector<Argument>& arguments = function.schema.arguments;
  std::string list;
  for (const Argument& argument : arguments) {
    if (function.is_in_place && &argument == &arguments[0]) continue;
    if (argument.type.base == Base::string) break;  // its default
    list += (list.empty() ? "" : ", ") + value_of(function, argument);
  }
  if (!function.is_in_place) return "lazuli::" + function.schema.name + "(" + list + ")";
  return fmt::format("{}.{}({})", value_of(function, arguments[0]), function.schema.name, list);
}

std::string operand_row(const Entry& entry, const Function& function, size_t place) {
  const Argument& argument = *function.schema.find(function.operands[place]);
  const std::string& name = entry.recorded.operands[place];
  const auto own = entry.argument_dtypes.find(name);
  const auto sample = entry.samples.find(name);
  const Sample range = sample == entry.samples.end() ? Sample() : sample->second;
  const bool is_factor = entry.roles.at(name) == Role::factor;
  return fmt::format("{{.is_number = {}, .is_factor = {}, .is_bool = {}, .low = {}, .high = {}}}",
                     argument.type.base == Base::scalar, is_factor,
                     own != entry.argument_dtypes.end(), range.low, range.high);
}

// The dtypes of operands: those that the entry computes in, and those that it promotes to them.
std::string dtype_list(const Entry& entry) {
  std::vector<std::string> names;
  const bool is_fold_of_bools = entry.kind == Kind::reduction && entry.dtype == DTypeRule::boolean;
  const bool promotes = entry.dtype == DTypeRule::floating || entry.dtype == DTypeRule::accumulate;
  for (const DType dtype : kAllDTypes) {
    const bool computes =
        std::find(entry.dtypes.begin(), entry.dtypes.end(), dtype) != entry.dtypes.end();
    if (!computes && !is_fold_of_bools && (!promotes || is_floating(dtype))) continue;
    names.push_back("DType::" + std::string(dtype == kBool ? "boolean" : name_of(dtype)));
  }
  return "{" + joined(names, ", ") + "}";
}

std::string result_text(const Entry& entry) {
  switch (entry.dtype) {
    case DTypeRule::floating:
      return "floating";
    case DTypeRule::boolean:
      return "boolean";
    case DTypeRule::accumulate:
      return "accumulate";
    default:
      return "same";
  }
}

std::string reference_text(const Entry& entry) {
  const std::string& text = entry.reference;
  std::string body;
  for (size_t i = 0; i < entry.recorded.operands.size(); ++i) {
    body += fmt::format("         [[maybe_unused]] const double {} = x[{}];\n",
                        entry.recorded.operands[i], i);
  }
  return "[](const double* x) -> double {\n" + body + "         return " + text + ";\n       }";
}

std::string elementwise_case(const Catalogue& catalogue, const Entry& entry,
                             const Function& function) {
  std::string operands;
  for (size_t i = 0; i < function.operands.size(); ++i) {
    operands += (i ? ",\n                    " : "") + operand_row(entry, function, i);
  }
  const bool has_numbers = call_text(function).find("n[") != std::string::npos;
  return fmt::format(
      "      {{.name = \"{}\",\n       .entry = \"{}\",\n       .dtypes = {},\n"
      "       .result = Result::{},\n       .operands = {{{}}},\n       .is_in_place = {},\n"
      "       .has_whole_samples = {},\n       .has_ordinary_samples = {},\n"
      "       .has_gradient = {},\n       .ulp = {},\n       "
      ".ulp_f64 = {},\n"
      "       .apply = [](const Tensor* t, const Scalar*{}) -> Tensor {{ return {}; }},\n"
      "       .reference = {}}},\n",
      function.schema.full_name(), entry.where.text(), dtype_list(entry), result_text(entry),
      operands, function.is_in_place, entry.has_whole_samples, entry.has_ordinary_samples,
      entry.has_gradient, catalogue.ulp_of(entry, kFloat32), catalogue.ulp_of(entry, kFloat64),
      has_numbers ? " n" : "", call_text(function), reference_text(entry));
}

std::string reduction_case(const Entry& entry) {
  return fmt::format(
      "      {{.name = \"{0}\",\n       .entry = \"{1}\",\n       .dtypes = {2},\n"
      "       .result = Result::{3},\n       .has_empty = {4},\n       .empty = {8:.1f},\n"
      "       .is_product = {9},\n       .is_exact = {5},\n       .has_gradient = {6},\n"
      "       .apply = [](const Tensor& self, const DimList& dim, bool keepdim) {{\n"
      "         return lazuli::{0}(self, dim, keepdim);\n       }},\n"
      "       .fold = [](double acc, double self) -> double {{ return {7}; }}}},\n",
      entry.name, entry.where.text(), dtype_list(entry), result_text(entry),
      entry.empty.has_value(), entry.combine != "sum" && entry.combine != "product",
      entry.has_gradient, entry.reference, entry.empty.value_or(0), entry.combine == "product");
}

}  // namespace

std::string operator_cases(const Catalogue& catalogue) {
  std::string elementwise, reductions;
  for (const Entry& entry : catalogue.entries) {
    if (entry.is_internal || entry.is_by_hand || entry.reference.empty()) continue;
    if (entry.kind == Kind::reduction) reductions += reduction_case(entry);
    if (entry.kind != Kind::elementwise) continue;
    for (const Function& function : entry.functions) {
      elementwise += elementwise_case(catalogue, entry, function);
    }
  }
  std::string text = banner("Every elementwise function and reduction that has a reference.");
  text += "#include \"tests/operators/operator_cases.h\"\n\n#include <cmath>\n\n";
  text += "#include \"tests/scalars/references.h\"\n\n";
  text += "namespace lazuli::operator_tests {\n\n";
  text += "const std::vector<ElementwiseCase>& elementwise_cases() {\n";
  text += "  static const std::vector<ElementwiseCase> cases = {\n" + elementwise + "  };\n";
  text += "  return cases;\n}\n\n";
  text += "const std::vector<ReductionCase>& reduction_cases() {\n";
  text += "  static const std::vector<ReductionCase> cases = {\n" + reductions + "  };\n";
  text += "  return cases;\n}\n\n";
  return text + "}  // namespace lazuli::operator_tests\n";
}

}  // namespace lazuli::codegen::emit
