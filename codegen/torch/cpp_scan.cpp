#include "codegen/torch/cpp_scan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace lazuli::codegen::torch {
namespace {

struct Token {
  std::string_view text;
  int line;
};

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && !std::isdigit(static_cast<unsigned char>(text[0]));
}

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {
    while (at_ < text_.size()) step();
  }
  std::vector<Token> all;

 private:
  void step() {
    const char c = text_[at_];
    if (std::isspace(static_cast<unsigned char>(c))) {
      is_line_start_ |= c == '\n';
      return skip(1);
    }
    if (c == '#' && is_line_start_) return skip_directive();
    is_line_start_ = false;
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//")) return skip(std::min(rest.find('\n'), rest.size()));
    if (rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      return skip(end == rest.npos ? rest.size() : end + 2);
    }
    if (rest.starts_with("R\"")) return skip_raw_string();
    if (c == '"' || c == '\'') return skip_quoted(c);
    size_t length = 1;
    if (is_letter(c)) {
      while (length < rest.size() && is_letter(rest[length])) ++length;
    } else if (rest.starts_with("::") || rest.starts_with("->")) {
      length = 2;
    }
    all.push_back({rest.substr(0, length), line_});
    at_ += length;
  }

  void skip(size_t count) {
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(at_ + count),
                                         '\n'));
    at_ += count;
  }

  void skip_directive() {
    size_t end = at_;
    while (end < text_.size() && (text_[end] != '\n' || (end > at_ && text_[end - 1] == '\\')))
      ++end;
    skip(end - at_);
  }

  void skip_quoted(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    skip(std::min(end + 1, text_.size()) - at_);
  }

  void skip_raw_string() {
    const size_t open = text_.find('(', at_);
    if (open == text_.npos) return skip(text_.size() - at_);
    const std::string close = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    const size_t end = text_.find(close, open);
    skip(end == text_.npos ? text_.size() - at_ : end + close.size() - at_);
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  bool is_line_start_ = true;
};

// The place behind the bracket that closes the one at `open`; the end where none does.
size_t behind(const std::vector<Token>& tokens, size_t open) {
  int depth = 0;
  for (size_t i = open; i < tokens.size(); ++i) {
    const char c = tokens[i].text[0];
    if (c == '(' || c == '{' || c == '[') ++depth;
    if (c == ')' || c == '}' || c == ']') --depth;
    if (depth == 0) return i + 1;
  }
  return tokens.size();
}

// One parameter's tokens as its type: without name and default.
std::string type_of(std::vector<std::string_view> tokens) {
  const auto assigned = std::find(tokens.begin(), tokens.end(), "=");
  tokens.erase(assigned, tokens.end());
  if (tokens.size() > 1 && is_name(tokens.back())) {
    const std::string_view before = tokens[tokens.size() - 2];
    if (before != "::" && before != "const") tokens.pop_back();
  }
  std::string text;
  for (const std::string_view token : tokens) {
    if (!text.empty() && is_letter(text.back()) && is_letter(token[0])) text += ' ';
    text += token;
  }
  return normal_type(text);
}

std::vector<std::string> parameters(const std::vector<Token>& tokens, size_t open, size_t close) {
  std::vector<std::string> result;
  std::vector<std::string_view> current;
  int depth = 0;
  for (size_t i = open + 1; i + 1 < close; ++i) {
    const std::string_view token = tokens[i].text;
    if (token == "<" || token == "(" || token == "{" || token == "[") ++depth;
    if (token == ">" || token == ")" || token == "}" || token == "]") --depth;
    if (token == "," && depth == 0) {
      result.push_back(type_of(std::move(current)));
      current.clear();
    } else {
      current.push_back(token);
    }
  }
  if (!current.empty()) result.push_back(type_of(std::move(current)));
  return result;
}

// What stands before the name of a function that is declared: the end of a type.
bool ends_type(std::string_view token) {
  constexpr std::array<std::string_view, 8> kWords = {"return", "else",      "case", "throw",
                                                      "new",    "co_return", "goto", "delete"};
  if (std::find(kWords.begin(), kWords.end(), token) != kWords.end()) return false;
  return is_name(token) || token == ">" || token == "&" || token == "*";
}

}  // namespace

std::vector<ScannedFunction> scan_functions(std::string_view text) {
  const std::vector<Token> tokens = Tokens(text).all;
  std::vector<ScannedFunction> result;
  for (size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (!is_name(tokens[i].text) || tokens[i + 1].text != "(") continue;
    ScannedFunction function;
    function.name = tokens[i].text;
    function.line = tokens[i].line;
    size_t first = i;
    while (first >= 2 && tokens[first - 1].text == "::" && is_name(tokens[first - 2].text)) {
      if (function.scope.empty()) function.scope = tokens[first - 2].text;
      first -= 2;
    }
    if (first == 0 || !ends_type(tokens[first - 1].text)) continue;
    const size_t close = behind(tokens, i + 1);
    size_t next = close;
    while (next < tokens.size() && is_name(tokens[next].text)) ++next;  // const, noexcept, override
    if (next >= tokens.size() || (tokens[next].text != "{" && tokens[next].text != ";")) continue;
    function.is_definition = tokens[next].text == "{";
    function.parameters = parameters(tokens, i + 1, close);
    result.push_back(std::move(function));
    i = (tokens[next].text == "{" ? behind(tokens, next) : next + 1) - 1;
  }
  return result;
}

std::string normal_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kAliases = {
      {{"IntArrayRef", "ArrayRef<int64_t>"},
       {"SymIntArrayRef", "ArrayRef<SymInt>"},
       {"TensorList", "ArrayRef<Tensor>"},
       {"OptionalIntArrayRef", "OptionalArrayRef<int64_t>"},
       {"OptionalSymIntArrayRef", "OptionalArrayRef<SymInt>"}}};
  std::string text;
  const std::vector<Token> tokens = Tokens(type).all;
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::string_view token = tokens[i].text;
    if (token == "::") continue;
    const bool is_followed = i + 1 < tokens.size() && tokens[i + 1].text == "::";
    if (is_followed && is_name(token) && token != "const") continue;  // a namespace
    for (const auto& [alias, meaning] : kAliases) {
      if (token == alias) token = meaning;
    }
    text += token;
  }
  return text;
}

}  // namespace lazuli::codegen::torch
