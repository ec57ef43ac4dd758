// python/dtypes.gen.pyi, functions.gen.pyi and methods.gen.pyi: the catalogue's part of the
// module's stub, which python/make_stub puts in its place. Types are named in full: the module has
// a bool of its own.
#include <fmt/core.h>

#include "codegen/emit/emit.h"
#include "codegen/emit/python.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;
using schema::Base;
using schema::Schema;
using schema::Type;

std::string parameter(const Schema& schema, const Argument& argument, bool is_method) {
  const bool is_self = &argument == &schema.arguments[0] && argument.name == "self";
  if (is_self && is_method) return "self";
  const std::string name = is_self ? "input" : argument.name == "from" ? "from_" : argument.name;
  std::string text = name + ": " + python_type(argument.type).hint;
  if (argument.type.is_optional) text += " | None";
  if (may_be_missing(argument)) text += " = " + python_default(argument);
  return text;
}

// A list of extents or tensors at the end, after nothing or one argument, may come without its
// parentheses.
bool takes_open_list(const Schema& schema) {
  size_t count = 0;
  for (const Argument& argument : schema.arguments) count += !argument.is_keyword_only;
  if (count == 0 || count > 2) return false;
  const Type& type = schema.arguments[count - 1].type;
  return type.is_list && !type.list_size;
}

std::string result_hint(const Schema& schema) {
  if (schema.returns.size() == 1) {
    return schema.returns[0].type.is_list ? "builtins.tuple[Tensor, ...]" : "Tensor";
  }
  std::vector<std::string> hints;
  for (const schema::Return& each : schema.returns) hints.push_back(python_type(each.type).hint);
  return "builtins.tuple[" + joined(hints, ", ") + "]";
}

std::string definition(const Schema& schema, bool is_method, bool opens_list) {
  std::string text = "def " + schema.name + "(";
  bool keyword_only = false;
  for (const Argument& argument : schema.arguments) {
    if (text.back() != '(') text += ", ";
    if (argument.is_keyword_only && !keyword_only) text += "*, ";
    keyword_only |= argument.is_keyword_only;
    const bool is_list = opens_list && argument.type.is_list;
    keyword_only |= is_list;
    const bool are_tensors = argument.type.base == Base::tensor;
    text += is_list ? "*" + argument.name + (are_tensors ? ": Tensor" : ": builtins.int")
                    : parameter(schema, argument, is_method);
  }
  return text + ") -> " + result_hint(schema) + ": ...\n";
}

std::string definitions(const Catalogue& catalogue, bool are_methods, const std::string& indent) {
  std::string text;
  for (const PythonFunction& function : python_functions(catalogue)) {
    if (!(are_methods ? function.is_method() : function.is_function())) continue;
    std::vector<std::string> lines;
    for (const Function* overload : function.overloads) {
      if (are_methods && !overload->is_method) continue;
      lines.push_back(definition(overload->schema, are_methods, false));
      if (takes_open_list(overload->schema)) {
        lines.push_back(definition(overload->schema, are_methods, true));
      }
    }
    for (const std::string& line : lines) {
      text += (lines.size() > 1 ? indent + "@overload\n" : "") + indent + line;
    }
  }
  return text;
}

}  // namespace

std::string python_dtypes_stub(const Catalogue&) {
  std::string text;
  for (int i = 0; i < kDTypeCount; ++i) {
    text += python_name(static_cast<DType>(i)) + ": dtype\n";
  }
  return text;
}

std::string python_functions_stub(const Catalogue& catalogue) {
  return definitions(catalogue, false, "");
}

std::string python_methods_stub(const Catalogue& catalogue) {
  const std::string indent = "    ";
  std::string text = definitions(catalogue, true, indent);
  for (const auto& [method, dtype] : python_casts()) {
    text += fmt::format("{}def {}(self) -> Tensor: ...\n", indent, method);
  }
  for (const OperatorSign& sign : operator_signs(catalogue)) {
    const std::string slot = sign.slot;
    const bool is_unary =
        !sign.reversed && !slot.starts_with("nb_inplace") && !slot.starts_with("Py_");
    const bool is_product = std::string_view(sign.method) == "__matmul__";
    const char* other = is_product ? "Tensor" : "Tensor | Number";
    text += fmt::format("{}def {}(self{}) -> Tensor: ...{}\n", indent, sign.method,
                        is_unary ? "" : fmt::format(", other: {}", other),
                        slot.starts_with("Py_") ? "  # type: ignore[override]" : "");
    if (sign.reversed && !is_product) {
      text += fmt::format("{}def {}(self, other: Number) -> Tensor: ...\n", indent, sign.reversed);
    }
  }
  return text;
}

}  // namespace lazuli::codegen::emit
