#include "codegen/schema/parser.h"

#include <cctype>

#include "codegen/schema/names.h"

namespace lazuli::codegen::schema {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Schema schema() {
    Schema result;
    result.name = word("a name");
    if (take("::")) {
      result.space = result.name;
      result.name = word("a name");
    }
    if (take(".")) result.overload = word("an overload name");
    expect("(");
    result.arguments = arguments();
    expect("->");
    result.returns = returns();
    end();
    check_names(result);
    return result;
  }

  Type type() {
    Type result;
    result.base = base();
    // Before a list's brackets, `?` and an alias belong to the elements; an alias is written once.
    alias(result);
    if (take("?")) {
      if (peek("[")) {
        result.is_element_optional = true;
      } else {
        result.is_optional = true;
      }
    }
    if (take("[")) {
      result.is_list = true;
      if (!peek("]")) result.list_size = integer();
      expect("]");
      alias(result);
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
    bool keyword_only = false;
    while (!take(")")) {
      if (!result.empty() || keyword_only) expect(",");
      if (take("*")) {
        if (keyword_only) fail("a second '*'");
        keyword_only = true;
        continue;
      }
      Argument argument;
      argument.type = type();
      argument.name = word("an argument's name");
      argument.is_keyword_only = keyword_only;
      if (take("=")) argument.default_text = default_text();
      result.push_back(argument);
    }
    return result;
  }

  std::vector<Return> returns() {
    std::vector<Return> result;
    if (!take("(")) {
      result.push_back({type(), ""});
      return result;
    }
    while (!take(")")) {
      if (!result.empty()) expect(",");
      Return value{type(), ""};
      if (!peek(",") && !peek(")")) value.name = word("a result's name");
      result.push_back(value);
    }
    return result;
  }

  Base base() {
    const size_t start = (skip_space(), at_);
    const std::string name = word("a type");
    for (const auto& [text, base] : kBaseNames) {
      if (text == name) return base;
    }
    at_ = start;
    fail("unknown type '" + name + "'");
  }

  // (a), (a!), (a|b), (a! -> a|b), (a -> *)
  void alias(Type& type) {
    if (!take("(")) return;
    if (type.alias) fail("a second alias");
    Alias result;
    result.before = alias_set(result.is_write);
    if (take("->")) result.after = alias_set(result.is_write_after);
    expect(")");
    type.alias = result;
  }

  std::vector<std::string> alias_set(bool& is_write) {
    std::vector<std::string> result;
    do {
      result.push_back(take("*") ? "*" : word("an alias"));
    } while (take("|"));
    is_write = take("!");
    return result;
  }

  // A number, a word, a string in quotes, or a list, as it is written.
  std::string default_text() {
    skip_space();
    const size_t start = at_;
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const size_t close = text_.find(text_[at_], at_ + 1);
      if (close == text_.npos) fail("a string without end");
      at_ = close + 1;
    } else if (take("[")) {
      while (!peek("]")) {
        if (at_ >= text_.size()) fail("need ']'");
        ++at_;
      }
      expect("]");
    } else {
      while (at_ < text_.size() &&
             (is_word(text_[at_]) || text_[at_] == '-' || text_[at_] == '+' || text_[at_] == '.')) {
        ++at_;
      }
      if (at_ == start) fail("need a default");
    }
    return std::string(text_.substr(start, at_ - start));
  }

  int integer() {
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ == start || at_ - start > 9) fail("need a number");
    return std::stoi(std::string(text_.substr(start, at_ - start)));
  }

  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

  std::string word(const char* what) {
    skip_space();
    const size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == start) fail(std::string("need ") + what);
    return std::string(text_.substr(start, at_ - start));
  }

  void check_names(const Schema& schema) {
    bool has_default = false;
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
      const Argument& argument = schema.arguments[i];
      for (size_t j = 0; j < i; ++j) {
        if (schema.arguments[j].name == argument.name) {
          throw SyntaxError("argument '" + argument.name + "' twice", 0);
        }
      }
      if (argument.is_keyword_only) continue;
      if (has_default && !argument.default_text) {
        throw SyntaxError("argument '" + argument.name + "' needs a default, as one before it has",
                          0);
      }
      has_default |= argument.default_text.has_value();
    }
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
  [[noreturn]] void fail(const std::string& message) {
    const std::string rest(text_.substr(at_, 12));
    throw SyntaxError(message + " at column " + std::to_string(at_ + 1) +
                          (rest.empty() ? "" : " ('" + rest + "')"),
                      at_);
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
