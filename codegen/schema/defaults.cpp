#include "codegen/schema/defaults.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace lazuli::codegen::schema {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)); }

bool is_boolean(std::string_view text) { return text == "True" || text == "False"; }

bool is_integer(std::string_view text) {
  long long value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_number(std::string_view text) {
  double value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

// With the backslash and what it guards: "a \" b".
size_t string_length(std::string_view text) {
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return 0;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == text[0]) return at + 1;
    if (text[at] == '\\') ++at;
  }
  return 0;
}

bool is_string(std::string_view text) {
  return !text.empty() && string_length(text) == text.size();
}

bool is_word(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && text != "None" && !is_boolean(text);
}

// The length of a default that is no list.
size_t item_length(std::string_view text) {
  if (const size_t length = string_length(text)) return length;
  size_t at = 0;
  while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]) || text[at] == '-' ||
                              text[at] == '+' || text[at] == '.')) {
    ++at;
  }
  return at;
}

bool is_item_of(Base base, std::string_view text) {
  switch (base) {
    case Base::integer:
      return is_integer(text) || text == "Mean";  // a loss's reduction
    case Base::sym_integer:
    case Base::device_index:
      return is_integer(text);
    case Base::floating:
      return is_number(text);
    case Base::scalar:
      return is_number(text) || is_boolean(text);
    case Base::boolean:
    case Base::sym_boolean:
      return is_boolean(text);
    case Base::string:
    case Base::device:
    case Base::dimension_name:
      return is_string(text);
    case Base::dtype:
    case Base::layout:
    case Base::memory_format:
    case Base::quantizer:
      return is_word(text);
    default:
      return false;
  }
}

// "[1, 2]" at a text's begin.
struct List {
  std::vector<std::string_view> items;
  size_t length = 0;  // 0 where none begins or it has no end
};

List list_of(std::string_view text) {
  List list;
  size_t at = 1;
  const auto skip_space = [&] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  const auto take = [&](char sign) {
    skip_space();
    if (at == text.size() || text[at] != sign) return false;
    ++at;
    return true;
  };
  if (!text.starts_with('[')) return list;
  if (!take(']')) {
    do {
      skip_space();
      const std::string_view item = text.substr(at, item_length(text.substr(at)));
      if (item.empty()) return list;
      list.items.push_back(item);
      at += item.size();
    } while (take(','));
    if (!take(']')) return list;
  }
  list.length = at;
  return list;
}

}  // namespace

size_t default_length(std::string_view text) {
  return text.starts_with('[') ? list_of(text).length : item_length(text);
}

bool is_default_of(const Type& type, std::string_view text) {
  if (text == "None") return type.is_optional;
  if (!type.is_list) return is_item_of(type.base, text);
  if (!text.starts_with('[')) return type.list_size && is_item_of(type.base, text);
  const List list = list_of(text);
  return std::all_of(list.items.begin(), list.items.end(), [&](std::string_view item) {
    return item == "None" ? type.is_element_optional : is_item_of(type.base, item);
  });
}

}  // namespace lazuli::codegen::schema
