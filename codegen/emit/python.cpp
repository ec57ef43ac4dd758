#include "codegen/emit/python.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;
using schema::Base;
using schema::Schema;

constexpr OperatorSign kSigns[] = {
    {"nb_add", "__add__", "__radd__", "add", "add"},
    {"nb_subtract", "__sub__", "__rsub__", "sub", "rsub"},
    {"nb_multiply", "__mul__", "__rmul__", "mul", "mul"},
    {"nb_true_divide", "__truediv__", "__rtruediv__", "div", "rdiv"},
    {"nb_floor_divide", "__floordiv__", "__rfloordiv__", "floor_divide", nullptr},
    {"nb_remainder", "__mod__", "__rmod__", "remainder", nullptr},
    {"nb_power", "__pow__", "__rpow__", "pow", nullptr},
    {"nb_matrix_multiply", "__matmul__", "__rmatmul__", "matmul", nullptr},
    {"nb_and", "__and__", "__rand__", "bitwise_and", "bitwise_and"},
    {"nb_or", "__or__", "__ror__", "bitwise_or", "bitwise_or"},
    {"nb_xor", "__xor__", "__rxor__", "bitwise_xor", "bitwise_xor"},
    {"nb_lshift", "__lshift__", "__rlshift__", "bitwise_left_shift", nullptr},
    {"nb_rshift", "__rshift__", "__rrshift__", "bitwise_right_shift", nullptr},
    {"nb_negative", "__neg__", nullptr, "neg", nullptr},
    {"nb_absolute", "__abs__", nullptr, "abs", nullptr},
    {"nb_invert", "__invert__", nullptr, "bitwise_not", nullptr},
    {"nb_inplace_add", "__iadd__", nullptr, "add_", nullptr},
    {"nb_inplace_subtract", "__isub__", nullptr, "sub_", nullptr},
    {"nb_inplace_multiply", "__imul__", nullptr, "mul_", nullptr},
    {"nb_inplace_true_divide", "__itruediv__", nullptr, "div_", nullptr},
    {"nb_inplace_floor_divide", "__ifloordiv__", nullptr, "floor_divide_", nullptr},
    {"nb_inplace_remainder", "__imod__", nullptr, "remainder_", nullptr},
    {"nb_inplace_power", "__ipow__", nullptr, "pow_", nullptr},
    {"nb_inplace_and", "__iand__", nullptr, "bitwise_and_", nullptr},
    {"nb_inplace_or", "__ior__", nullptr, "bitwise_or_", nullptr},
    {"nb_inplace_xor", "__ixor__", nullptr, "bitwise_xor_", nullptr},
    {"nb_inplace_lshift", "__ilshift__", nullptr, "bitwise_left_shift_", nullptr},
    {"nb_inplace_rshift", "__irshift__", nullptr, "bitwise_right_shift_", nullptr},
    {"Py_LT", "__lt__", nullptr, "lt", nullptr},
    {"Py_LE", "__le__", nullptr, "le", nullptr},
    {"Py_EQ", "__eq__", nullptr, "eq", nullptr},
    {"Py_NE", "__ne__", nullptr, "ne", nullptr},
    {"Py_GT", "__gt__", nullptr, "gt", nullptr},
    {"Py_GE", "__ge__", nullptr, "ge", nullptr},
};

bool has_function(const Catalogue& catalogue, std::string_view name) {
  return std::any_of(catalogue.entries.begin(), catalogue.entries.end(), [&](const Entry& entry) {
    return !entry.is_internal &&
           std::any_of(entry.functions.begin(), entry.functions.end(),
                       [&](const Function& each) { return each.schema.name == name; });
  });
}

}  // namespace

bool PythonFunction::is_function() const { return overloads.front()->is_function; }
bool PythonFunction::is_in_place() const { return overloads.front()->is_in_place; }
bool PythonFunction::is_method() const {
  return std::any_of(overloads.begin(), overloads.end(),
                     [](const Function* each) { return each->is_method; });
}

std::string python_name(DType dtype) {
  constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
      {"bool", "bool"}, {"bf", "bfloat"}, {"f", "float"}, {"i", "int"}, {"u", "uint"}};
  const std::string_view name = name_of(dtype);
  for (const auto& [letters, family] : kFamilies) {
    if (!name.starts_with(letters)) continue;
    return std::string(family) + std::string(name.substr(letters.size()));
  }
  throw std::runtime_error("no Python name for the dtype " + std::string(name));
}

std::vector<std::pair<std::string, DType>> python_casts() {
  constexpr std::pair<const char*, std::string_view> kCasts[] = {
      {"bool", "bool"}, {"byte", "u8"},  {"char", "i8"},   {"short", "i16"},  {"int", "i32"},
      {"long", "i64"},  {"half", "f16"}, {"float", "f32"}, {"double", "f64"}, {"bfloat16", "bf16"}};
  std::vector<std::pair<std::string, DType>> casts;
  for (const auto& [method, name] : kCasts) {
    for (int i = 0; i < kDTypeCount; ++i) {
      if (name_of(static_cast<DType>(i)) == name) casts.emplace_back(method, static_cast<DType>(i));
    }
  }
  return casts;
}

std::vector<PythonFunction> python_functions(const Catalogue& catalogue) {
  std::vector<PythonFunction> functions;
  for (const Entry& entry : catalogue.entries) {
    if (entry.is_internal) continue;
    for (const Function& function : entry.functions) {
      const std::string& name = function.schema.name;
      auto found = std::find_if(functions.begin(), functions.end(),
                                [&](const PythonFunction& each) { return each.name == name; });
      if (found == functions.end()) found = functions.insert(found, PythonFunction{name, {}, {}});
      found->entries.push_back(&entry);
      found->overloads.push_back(&function);
    }
  }
  std::sort(functions.begin(), functions.end(),
            [](const PythonFunction& a, const PythonFunction& b) { return a.name < b.name; });
  return functions;
}

std::vector<OperatorSign> operator_signs(const Catalogue& catalogue) {
  std::vector<OperatorSign> signs;
  for (const OperatorSign& sign : kSigns) {
    if (has_function(catalogue, sign.function)) signs.push_back(sign);
  }
  return signs;
}

PythonType python_type(const schema::Type& type) {
  if (type.is_list) {
    if (type.base == Base::tensor) return {"tensors", "Sequence[Tensor]"};
    if (type.list_size) return {"dims", "builtins.int | Sequence[builtins.int]"};
    return {"sizes", "Sequence[builtins.int]"};
  }
  switch (type.base) {
    case Base::tensor:
      return {"tensor", "Tensor"};
    case Base::scalar:
      return {"number", "Number"};
    case Base::integer:
    case Base::sym_integer:
      return {"integer", "builtins.int"};
    case Base::floating:
      return {"fraction", "builtins.float"};
    case Base::boolean:
      return {"flag", "builtins.bool"};
    case Base::dtype:
      return {"dtype", "DTypeLike"};
    case Base::string:
      return {"text", "builtins.str"};
    default:
      throw std::runtime_error("no Python type for " + schema::to_string(type));
  }
}

bool may_be_missing(const Argument& argument) {
  return argument.default_text.has_value() || (argument.type.is_list && argument.type.is_optional);
}

std::string python_default(const Argument& argument) {
  if (!argument.default_text) return "None";
  const std::string& text = *argument.default_text;
  return text.starts_with('[') ? "(" + text.substr(1, text.size() - 2) + ")" : text;
}

std::string python_signature(const Schema& schema) {
  std::string text = schema.name + "(";
  bool keyword_only = false;
  for (const Argument& argument : schema.arguments) {
    if (text.back() != '(') text += ", ";
    if (argument.is_keyword_only && !keyword_only) text += "*, ";
    keyword_only |= argument.is_keyword_only;
    schema::Type type = argument.type;
    type.alias.reset();
    if (type.base == Base::sym_integer) type.base = Base::integer;
    text +=
        schema::to_string(type) + " " +
        (&argument == &schema.arguments[0] && argument.name == "self" ? "input" : argument.name);
    if (may_be_missing(argument)) text += "=" + python_default(argument);
  }
  text += ") -> ";
  if (schema.returns.size() != 1) text += "(";
  for (size_t i = 0; i < schema.returns.size(); ++i) {
    schema::Type type = schema.returns[i].type;
    type.alias.reset();
    text += (i ? ", " : "") + schema::to_string(type);
  }
  return text + (schema.returns.size() != 1 ? ")" : "");
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? "\\n" : std::string(1, c);
  }
  return result + "\"";
}

}  // namespace lazuli::codegen::emit
