#include "codegen/schema/parser.h"

#include <algorithm>
#include <cctype>

#include "codegen/schema/defaults.h"
#include "codegen/schema/names.h"
#include "codegen/text.h"

namespace lazuli::codegen::schema {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Schema schema() {
    Schema result;
    result.name = name("a name");
    if (take("::")) {
      result.space = result.name;
      result.name = name("a name");
    }
    if (take(".")) result.overload = word("an overload name");
    expect("(");
    result.arguments = arguments();
    expect("->");
    result.returns = returns(result.arguments);
    end();
    return result;
  }

  Type type() {
    Type result;
    result.base = base();
    if (peek("(")) result.alias = alias(result.base);
    // Before a list's brackets, `?` belongs to the elements.
    if (take("?")) {
      if (peek("[")) {
        result.is_element_optional = true;
      } else {
        result.is_optional = true;
      }
    }
    if (take("[")) {
      result.is_list = true;
      if (!peek("]")) result.list_size = size();
      expect("]");
      if (take("?")) result.is_optional = true;
    }
    return result;
  }

  void end() {
    skip_space();
    if (at_ < text_.size()) fail("need the end");
  }

 private:
  std::vector<Argument> arguments() {
    std::vector<Argument> result;
    bool is_keyword_only = false;
    bool needs_default = false;
    if (take(")")) return result;
    do {
      check_count(result.size(), "arguments");
      if (take("*")) {
        if (is_keyword_only) fail("need one '*'", at_ - 1);
        is_keyword_only = true;
        needs_default = false;
        expect(",");
      }
      Argument argument;
      argument.type = type();
      const size_t start = begin();
      argument.name = name("an argument's name");
      argument.is_keyword_only = is_keyword_only;
      check_is_new(argument.name, result, start, "argument");
      if (take("=")) {
        argument.default_text = default_text(argument);
        needs_default = !is_keyword_only;
      } else if (needs_default) {
        fail("need a default of " + quoted(argument.name) + ", as one before it has");
      }
      result.push_back(argument);
    } while (take(","));
    expect(")");
    return result;
  }

  std::vector<Return> returns(const std::vector<Argument>& arguments) {
    if (!take("(")) return {result(arguments)};
    std::vector<Return> results;
    if (take(")")) return results;
    do {
      check_count(results.size(), "results");
      const size_t start = begin();
      const Return value = result(arguments);
      if (!value.name.empty()) check_is_new(value.name, results, start, "result");
      results.push_back(value);
    } while (take(","));
    expect(")");
    return results;
  }

  // A type and, where it has one, a name.
  Return result(const std::vector<Argument>& arguments) {
    const size_t start = begin();
    Return value{type(), ""};
    if (value.type.alias) check_result_alias(*value.type.alias, arguments, start);
    if (at_ < text_.size() && !peek(",") && !peek(")")) value.name = name("a result's name");
    return value;
  }

  Base base() {
    const size_t start = begin();
    const std::string name = word("a type");
    for (const auto& [text, base] : kBaseNames) {
      if (text == name) return base;
    }
    fail("unknown type " + quoted(name), start);
  }

  // (a), (a!), (a|b), (a! -> a|b), (a -> *)
  Alias alias(Base base) {
    if (base != Base::tensor) fail("need a Tensor for an alias");
    expect("(");
    Alias result;
    const size_t start = begin();
    result.before = alias_set();
    result.is_write = take("!");
    if (result.is_write && result.before.size() > 1) fail("need one alias to write", start);
    if (take("->")) result.after = alias_set();
    expect(")");
    return result;
  }

  // Names, or `*` for any memory.
  std::vector<std::string> alias_set() {
    std::vector<std::string> result;
    if (take("*")) return {"*"};
    do {
      check_count(result.size(), "aliases");
      const size_t start = begin();
      const std::string alias = name("an alias");
      if (contains(result, alias)) fail("alias " + quoted(alias) + " twice", start);
      result.push_back(alias);
    } while (take("|"));
    return result;
  }

  // A result shares memory with an argument, and is written where that is.
  void check_result_alias(const Alias& alias, const std::vector<Argument>& arguments,
                          size_t start) {
    if (!alias.after.empty()) fail("need no '->' in a result's alias", start);
    for (const std::string& name : alias.before) {
      bool is_shared = name == "*";
      bool is_written = false;
      for (const Argument& argument : arguments) {
        if (!argument.type.alias) continue;
        const bool is_before = contains(argument.type.alias->before, name);
        is_shared |= is_before || contains(argument.type.alias->after, name);
        is_written |= is_before && argument.type.is_write();
      }
      if (!is_shared) fail("need an argument with the result's alias " + quoted(name), start);
      if (alias.before.size() == 1 && name != "*" && alias.is_write != is_written) {
        fail(
            "need " + quoted(name + (is_written ? "!" : "")) + " for a result, as for its argument",
            start);
      }
    }
  }

  std::string default_text(const Argument& argument) {
    const size_t start = begin();
    const size_t length = default_length(text_.substr(at_));
    if (length == 0 || !is_default_of(argument.type, text_.substr(at_, length))) {
      fail("need a default of " + to_string(argument.type) + " for " + quoted(argument.name),
           start);
    }
    at_ += length;
    return std::string(text_.substr(start, length));
  }

  // Of a list, from 1.
  int size() {
    const size_t start = begin();
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    const std::string digits(text_.substr(start, at_ - start));
    if (digits.empty() || digits[0] == '0' || digits.size() > 9) fail("need a size from 1", start);
    return std::stoi(digits);
  }

  static bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

  std::string word(const char* what) {
    const size_t start = begin();
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == start) fail(std::string("need ") + what);
    return std::string(text_.substr(start, at_ - start));
  }

  // A word that begins with no digit.
  std::string name(const char* what) {
    const size_t start = begin();
    if (start < text_.size() && is_digit(text_[start])) fail(std::string("need ") + what);
    return word(what);
  }

  static bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  }

  template <typename Value>
  void check_is_new(const std::string& name, const std::vector<Value>& values, size_t start,
                    const char* what) {
    for (const Value& value : values) {
      if (value.name == name) fail(std::string(what) + " " + quoted(name) + " twice", start);
    }
  }

  // Each is compared with those before it.
  void check_count(size_t count, const char* what) {
    constexpr size_t kMost = 255;
    if (count == kMost) fail("need at most " + std::to_string(kMost) + " " + what);
  }

  size_t begin() {
    skip_space();
    return at_;
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool peek(std::string_view token) {
    skip_space();
    return text_.substr(at_, token.size()) == token;
  }
  bool take(std::string_view token) {
    if (!peek(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail("need '" + std::string(token) + "'");
  }
  [[noreturn]] void fail(const std::string& message) { fail(message, at_); }
  [[noreturn]] void fail(const std::string& message, size_t position) {
    const std::string_view rest = text_.substr(position, 12);
    throw SyntaxError(message + " at column " + std::to_string(position + 1) +
                          (rest.empty() ? "" : " (" + quoted(rest) + ")"),
                      position);
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Schema parse(std::string_view text) { return Parser(text).schema(); }

Type parse_type(std::string_view text) {
  Parser parser(text);
  Type type = parser.type();
  parser.end();
  return type;
}

}  // namespace lazuli::codegen::schema
