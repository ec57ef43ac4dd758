// The grammar, loosest first:  block: binding* or;  or: and ('|' and)*, '^' like '|';
// and: compare ('&' compare)*;  compare: sum (('<' ...) sum)?;  sum: product (('+'|'-') product)*;
// product: unary (('*'|'/') unary)*;  unary: ('-'|'!') unary | postfix;
// postfix: atom ('.' name '(' arguments ')')*;  atom: number, name, call, list, '(' or ')'.
#include "codegen/schema/parser.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "codegen/formula/expression.h"

namespace lazuli::codegen::formula {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Block block() {
    Block result;
    skip_lines();
    while (true) {
      const size_t start = at_;
      const std::string word = binding_name();
      if (word.empty()) {
        at_ = start;
        result.result = disjunction();
        skip_lines();
        if (at_ < text_.size()) fail("need an operator or the end");
        return result;
      }
      result.bindings.push_back({word, disjunction()});
      skip_space();
      if (at_ >= text_.size()) fail("need a result after the bindings");
      if (text_[at_] != '\n' && text_[at_] != ';') fail("need an operator or the line's end");
      skip_lines();
    }
  }

 private:
  // "name =" (but not "name =="), else nothing.
  std::string binding_name() {
    if (!is_word_start()) return "";
    const std::string result = word();
    skip_space();
    if (at_ < text_.size() && text_[at_] == '=' && text_.substr(at_, 2) != "==") {
      ++at_;
      return result;
    }
    return "";
  }

  Node disjunction() {
    Node left = conjunction();
    while (true) {
      const size_t position = here();
      if (take("|")) {
        left = make("or", {left, conjunction()}, position);
      } else if (take("^")) {
        left = make("xor", {left, conjunction()}, position);
      } else {
        return left;
      }
    }
  }

  Node conjunction() {
    Node left = comparison();
    while (true) {
      const size_t position = here();
      if (!take("&")) return left;
      left = make("and", {left, comparison()}, position);
    }
  }

  Node comparison() {
    Node left = sum();
    const size_t position = here();
    static constexpr std::pair<std::string_view, const char*> kOperators[] = {
        {"==", "eq"}, {"!=", "ne"}, {"<=", "le"}, {">=", "ge"}, {"<", "lt"}, {">", "gt"}};
    for (const auto& [token, function] : kOperators) {
      if (take(token)) return make(function, {left, sum()}, position);
    }
    return left;
  }

  Node sum() {
    Node left = product();
    while (true) {
      const size_t position = here();
      if (take("+")) {
        left = make("add", {left, product()}, position);
      } else if (take("-")) {
        left = make("sub", {left, product()}, position);
      } else {
        return left;
      }
    }
  }

  Node product() {
    Node left = unary();
    while (true) {
      const size_t position = here();
      if (take("*")) {
        left = make("mul", {left, unary()}, position);
      } else if (take("/")) {
        left = make("div", {left, unary()}, position);
      } else {
        return left;
      }
    }
  }

  Node unary() {
    const size_t position = here();
    if (take("-")) {
      Node operand = unary();
      if (operand->form != Expression::Form::number || operand->text[0] == '-') {
        return make("neg", {operand}, position);
      }
      auto result = std::make_shared<Expression>(*operand);
      result->text = "-" + result->text;
      result->value = -result->value;
      return result;
    }
    if (peek("!") && !peek("!=")) {
      take("!");
      return make("not", {unary()}, position);
    }
    return postfix();
  }

  Node postfix() {
    Node result = atom();
    while (true) {
      const size_t position = here();
      if (!take(".")) return result;
      const std::string function = need_word();
      auto node = std::make_shared<Expression>();
      node->form = Expression::Form::call;
      node->text = function;
      node->is_method = true;
      node->position = position;
      node->operands = {result};
      node->keywords = {""};
      if (!take("(")) fail("need '('");
      arguments(*node);
      result = node;
    }
  }

  Node atom() {
    const size_t position = here();
    if (take("(")) {
      Node result = disjunction();
      if (!take(")")) fail("need ')'");
      return result;
    }
    auto node = std::make_shared<Expression>();
    node->position = position;
    if (take("[")) {
      node->form = Expression::Form::list;
      while (!take("]")) {
        if (!node->operands.empty() && !take(",")) fail("need ',' or ']'");
        node->operands.push_back(disjunction());
        node->keywords.push_back("");
      }
      return node;
    }
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      read_number(*node);
      return node;
    }
    node->text = need_word();
    if (!take("(")) {
      node->form = Expression::Form::name;
      return node;
    }
    node->form = Expression::Form::call;
    arguments(*node);
    return node;
  }

  // Up to and with the closing parenthesis.
  void arguments(Expression& node) {
    bool first = true;
    while (!take(")")) {
      if (!first && !take(",")) fail("need ',' or ')'");
      first = false;
      skip_lines();
      const size_t start = at_;
      std::string keyword = binding_name();
      if (keyword.empty()) at_ = start;
      node.operands.push_back(disjunction());
      node.keywords.push_back(keyword);
    }
  }

  void read_number(Expression& node) {
    const std::string rest(text_.substr(at_));
    char* end = nullptr;
    node.form = Expression::Form::number;
    node.value = std::strtod(rest.c_str(), &end);
    const size_t length = static_cast<size_t>(end - rest.c_str());
    node.text = rest.substr(0, length);
    const bool is_hexadecimal = node.text.starts_with("0x");
    node.is_integer = node.text.find_first_of(is_hexadecimal ? ".pP" : ".eE") == std::string::npos;
    at_ += length;
    if (is_word_start()) fail("need an operator after a number");
  }

  Node make(std::string function, std::vector<Node> operands, size_t position) {
    auto node = std::make_shared<Expression>();
    node->form = Expression::Form::call;
    node->text = std::move(function);
    node->keywords.resize(operands.size());
    node->operands = std::move(operands);
    node->position = position;
    return node;
  }

  bool is_word_start() const {
    return at_ < text_.size() &&
           (std::isalpha(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_');
  }
  std::string word() {
    const size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }
  std::string need_word() {
    skip_space();
    if (!is_word_start()) fail("need a number, a name or '('");
    return word();
  }
  // Inside parentheses a line's end is space. A comment goes from '#' to the line's end.
  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == ' ' || c == '\t' || (depth_ > 0 && c == '\n')) {
        ++at_;
      } else {
        return;
      }
    }
  }
  void skip_lines() {
    for (skip_space(); at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == ';');) {
      ++at_;
      skip_space();
    }
  }
  size_t here() {
    skip_space();
    return at_;
  }
  bool peek(std::string_view token) {
    skip_space();
    return text_.substr(at_, token.size()) == token;
  }
  bool take(std::string_view token) {
    if (!peek(token)) return false;
    at_ += token.size();
    if (token == "(" || token == "[") ++depth_;
    if (token == ")" || token == "]") --depth_;
    return true;
  }
  [[noreturn]] void fail(const std::string& message) {
    skip_space();
    const std::string rest(text_.substr(at_, 12));
    throw SyntaxError(message + (rest.empty() ? " at the end" : " before '" + rest + "'"), at_);
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Block parse(std::string_view text) { return Parser(text).block(); }

}  // namespace lazuli::codegen::formula
