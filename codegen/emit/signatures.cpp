// The C++ face of a schema.
#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "codegen/emit/functions.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;
using schema::Base;
using schema::Schema;
using schema::Type;

std::string cpp_type(const Argument& argument) {
  const Type& type = argument.type;
  if (type.is_list) {
    if (type.base == Base::tensor) return "TensorList";
    if (type.list_size) return "const DimList&";
    return type.base == Base::sym_integer ? "const Shape&" : "const Dims&";
  }
  const auto optional = [&](const std::string& text) {
    return type.is_optional ? "std::optional<" + text + ">" : text;
  };
  switch (type.base) {
    case Base::tensor:
      return "const Tensor&";
    case Base::scalar:
      return optional("Scalar");
    case Base::integer:
    case Base::sym_integer:
      return optional("int64_t");
    case Base::floating:
      return optional("double");
    case Base::boolean:
      return optional("bool");
    case Base::dtype:
      return optional("DType");
    case Base::string:
      return optional("std::string_view");
    default:
      throw std::runtime_error("no C++ type for " + schema::to_string(type));
  }
}

// The types of the positional arguments, for comparing calls.
std::vector<std::string> positional(const Schema& schema, bool is_method) {
  std::vector<std::string> types;
  for (const Argument& argument : schema.arguments) {
    if (argument.is_keyword_only) break;
    if (!(is_method && &argument == &schema.arguments[0])) types.push_back(cpp_type(argument));
  }
  return types;
}

// Leaving out the positional arguments from `place` on would be a call of a sibling.
bool is_ambiguous(const Schema& schema, bool is_method, size_t place,
                  const std::vector<const Schema*>& siblings) {
  std::vector<std::string> types = positional(schema, is_method);
  if (place >= types.size()) return false;
  types.resize(place);
  return std::any_of(siblings.begin(), siblings.end(), [&](const Schema* sibling) {
    return sibling != &schema && positional(*sibling, is_method) == types;
  });
}

}  // namespace

std::string default_value(const Argument& argument) {
  const std::string& text = *argument.default_text;
  if (text == "True") return "true";
  if (text == "False") return "false";
  if (text == "None") {
    return argument.type.base == Base::tensor || argument.type.is_list ? "{}" : "std::nullopt";
  }
  if (text.starts_with('\'')) return "\"" + text.substr(1, text.size() - 2) + "\"";
  if (text == "Mean") return "Reduction::Mean";
  if (text.starts_with('[')) return "{" + text.substr(1, text.size() - 2) + "}";
  return text;
}

std::string parameters(const Schema& schema, bool is_method) {
  std::string text;
  for (const Argument& argument : schema.arguments) {
    if (is_method && &argument == &schema.arguments[0]) continue;
    text += cpp_type(argument) + " " + argument.name + ", ";
  }
  return text + "At at";
}

std::string declared_parameters(const Schema& schema, bool is_method, bool is_internal,
                                const std::vector<const Schema*>& siblings) {
  std::string text;
  size_t place = 0;
  for (const Argument& argument : schema.arguments) {
    if (is_method && &argument == &schema.arguments[0]) continue;
    text += cpp_type(argument) + " " + argument.name;
    if (argument.default_text && !is_ambiguous(schema, is_method, place, siblings)) {
      text += " = " + default_value(argument);
    }
    text += ", ";
    ++place;
  }
  return text + (is_internal ? "LZ_AT" : "LZ_AT_OF(" + schema.name + ")");
}

std::string return_type(const Function& function) {
  const std::vector<schema::Return>& returns = function.schema.returns;
  if (function.is_in_place) return "const Tensor&";
  if (returns.size() == 1) return returns[0].type.is_list ? "std::vector<Tensor>" : "Tensor";
  return "std::tuple<" + joined(std::vector<std::string>(returns.size(), "Tensor"), ", ") + ">";
}

Meaning meaning_of(const Type& type) {
  if (type.is_list) return type.base == Base::tensor ? Meaning::other : Meaning::list;
  switch (type.base) {
    case Base::tensor:
      return Meaning::tensor;
    case Base::scalar:
      return Meaning::scalar;
    case Base::integer:
    case Base::sym_integer:
    case Base::floating:
      return type.is_optional ? Meaning::other : Meaning::number;
    default:
      return Meaning::other;
  }
}

}  // namespace lazuli::codegen::emit
