#include "codegen/schema/names.h"
#include "codegen/schema/types.h"

namespace lazuli::codegen::schema {
namespace {

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

std::string to_string(const Alias& alias) {
  std::string text = "(" + joined(alias.before, "|") + (alias.is_write ? "!" : "");
  if (!alias.after.empty()) text += " -> " + joined(alias.after, "|");
  return text + ")";
}

std::string to_string(const Return& value) {
  return to_string(value.type) + (value.name.empty() ? "" : " " + value.name);
}

}  // namespace

std::string to_string(const Type& type) {
  std::string text;
  for (const auto& [name, base] : kBaseNames) {
    if (base == type.base) text = name;
  }
  if (type.alias) text += to_string(*type.alias);
  if (type.is_list) {
    if (type.is_element_optional) text += "?";
    text += type.list_size ? "[" + std::to_string(*type.list_size) + "]" : "[]";
  }
  return text + (type.is_optional ? "?" : "");
}

std::string to_string(const Schema& schema) {
  std::string text = (schema.space.empty() ? "" : schema.space + "::") + schema.full_name() + "(";
  bool keyword_only = false;
  for (const Argument& argument : schema.arguments) {
    if (text.back() != '(') text += ", ";
    if (argument.is_keyword_only && !keyword_only) text += "*, ";
    keyword_only |= argument.is_keyword_only;
    text += to_string(argument.type) + " " + argument.name;
    if (argument.default_text) text += "=" + *argument.default_text;
  }
  text += ") -> ";
  if (schema.returns.size() == 1) return text + to_string(schema.returns[0]);
  text += "(";
  for (const Return& value : schema.returns) {
    text += (text.back() == '(' ? "" : ", ") + to_string(value);
  }
  return text + ")";
}

const Argument* Schema::find(const std::string& argument) const {
  for (const Argument& candidate : arguments) {
    if (candidate.name == argument) return &candidate;
  }
  return nullptr;
}

std::string Schema::full_name() const { return overload.empty() ? name : name + "." + overload; }

}  // namespace lazuli::codegen::schema
