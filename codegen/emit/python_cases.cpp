// tests/python/operators.gen.json: what tests/python calls, and what it compares with.
#include <fmt/core.h>

#include "codegen/emit/emit.h"
#include "codegen/emit/python.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;

std::string list_of(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(quoted(text));
  return "[" + joined(items, ", ") + "]";
}

std::string argument_row(const Argument& argument) {
  schema::Type type = argument.type;
  type.alias.reset();
  return fmt::format(
      "{{\"name\": {}, \"type\": {}, \"optional\": {}, \"keyword_only\": {}, \"default\": {}}}",
      quoted(argument.name), quoted(schema::to_string(type)), may_be_missing(argument),
      argument.is_keyword_only, argument.default_text ? quoted(python_default(argument)) : "null");
}

std::string function_row(const Function& function) {
  std::vector<std::string> arguments;
  for (const Argument& argument : function.schema.arguments) {
    arguments.push_back(argument_row(argument));
  }
  return fmt::format(
      "{{\"name\": {}, \"full_name\": {}, \"is_function\": {}, \"is_method\": {}, "
      "\"is_in_place\": {}, \"operands\": {}, \"arguments\": [{}]}}",
      quoted(function.schema.name), quoted(function.schema.full_name()), function.is_function,
      function.is_method, function.is_in_place, list_of(function.operands),
      joined(arguments, ", "));
}

std::string entry_row(const Catalogue& catalogue, const Entry& entry) {
  std::vector<std::string> functions, dtypes, samples, own_dtypes;
  for (const Function& function : entry.functions) functions.push_back(function_row(function));
  for (const DType dtype : entry.dtypes) dtypes.emplace_back(name_of(dtype));
  for (const auto& [operand, dtype] : entry.argument_dtypes) {
    own_dtypes.push_back(
        fmt::format("{}: {}", quoted(operand), quoted(std::string(name_of(dtype)))));
  }
  for (const auto& [operand, range] : entry.samples) {
    samples.push_back(fmt::format("{}: [{}, {}]", quoted(operand), range.low, range.high));
  }
  return fmt::format(
      "{{\"name\": {}, \"where\": {}, \"kind\": {}, \"dtype\": {}, \"dtypes\": {},\n"
      "  \"argument_dtypes\": {{{}}}, \"operands\": {}, \"samples\": {{{}}}, "
      "\"whole_samples\": {}, \"ordinary_samples\": {},\n"
      "  \"has_plain_calls\": {}, \"has_gradient\": {}, \"can_be_empty\": {}, \"ulp\": {},\n"
      "  \"numpy\": {}, \"no_numpy\": {}, \"calls\": {},\n  \"functions\": [\n    {}]}}",
      quoted(entry.name), quoted(entry.where.text()), quoted(std::string(name_of(entry.kind))),
      quoted(std::string(name_of(entry.dtype))), list_of(dtypes), joined(own_dtypes, ", "),
      list_of(entry.recorded.operands), joined(samples, ", "), entry.has_whole_samples,
      entry.has_ordinary_samples, entry.has_plain_calls(), entry.has_gradient,
      entry.kind != Kind::reduction || entry.empty.has_value(), catalogue.ulp_of(entry, kFloat32),
      quoted(entry.numpy),
      quoted(entry.numpy.empty() && entry.no_numpy.empty()
                 ? "tests/operators compares it with its reference"
                 : entry.no_numpy),
      list_of(entry.calls), joined(functions, ",\n    "));
}

}  // namespace

std::string python_cases(const Catalogue& catalogue) {
  std::vector<std::string> entries;
  for (const Entry& entry : catalogue.entries) {
    if (!entry.is_internal) entries.push_back(entry_row(catalogue, entry));
  }
  return "[\n" + joined(entries, ",\n") + "\n]\n";
}

}  // namespace lazuli::codegen::emit
