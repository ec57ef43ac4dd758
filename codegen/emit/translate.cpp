// Expressions of the catalogue as C++ over tensors. Every call passes the line on.
#include <fmt/core.h>

#include <set>
#include <stdexcept>

#include "codegen/emit/functions.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {

using formula::Expression;
using Form = Expression::Form;

Piece Translator::translate(const formula::Node& node) {
  switch (node->form) {
    case Form::number:
      return {node->text.empty() ? fmt::format("{}", node->value) : node->text, Meaning::number};
    case Form::name: {
      const auto found = names_.find(node->text);
      if (found != names_.end()) return found->second;
      if (node->text == "true" || node->text == "false") return {node->text, Meaning::other};
      throw std::runtime_error(
          fmt::format("{}: {}: no name '{}'", entry_.where.text(), entry_.name, node->text));
    }
    case Form::list: {
      std::vector<std::string> items;
      for (const formula::Node& item : node->operands) items.push_back(text_of(item));
      return {"{" + joined(items, ", ") + "}", Meaning::list};
    }
    case Form::call:
      break;
  }
  return call(*node);
}

Piece Translator::call(const Expression& node) {
  Piece result;
  if (helper(node, result) || arithmetic(node, result)) return result;
  return function(node);
}

bool Translator::helper(const Expression& node, Piece& result) {
  const auto& in = node.operands;
  const std::string& name = node.text;
  const bool asks_type =
      name == "size" || name == "sizes" || name == "numel" || name == "dtype" || name == "dim";
  if (asks_type) {
    const bool is_known = in[0]->form == Form::name && shapes_.count(in[0]->text) > 0;
    const std::string self = is_known ? "" : text_of(in[0]);
    const std::string shape = is_known ? shapes_[in[0]->text] : self + ".sizes()";
    if (name == "sizes") result = {shape, Meaning::list};
    if (name == "numel") result = {shape + ".product()", Meaning::number};
    if (name == "dim") result = {shape + ".rank()", Meaning::number};
    if (name == "dtype") {
      result = {is_known ? dtypes_[in[0]->text] : self + ".dtype()", Meaning::other};
    }
    if (name == "size" && is_known) {
      result = {fmt::format("{}[{}]", shape, text_of(in[1])), Meaning::number};
    } else if (name == "size") {
      result = {fmt::format("{}.size({}, at)", self, text_of(in[1])), Meaning::number};
    }
    return true;
  }
  if (name == "wide_dtype") {
    result = {"to_wide(" + text_of(in[0]) + ")", Meaning::other};
  } else if (name == "detach") {
    result = {text_of(in[0]) + ".detach(at)", Meaning::tensor};
  } else if (name == "given") {
    result = {
        fmt::format("({}.defined() ? {} : {})", text_of(in[0]), text_of(in[1]), text_of(in[2])),
        Meaning::tensor};
  } else if (name == "folded_count") {
    result = {fmt::format("folded_count({}, {}, at)", text_of(in[0]), text_of(in[1])),
              Meaning::number};
  } else if (is_gradient_ &&
             (name == "spread" || name == "inverse_permute" || name == "return_slice" ||
              name == "return_diagonal" || name == "return_strided" || name == "written" ||
              name == "written_over")) {
    result = {fmt::format("{}({}, call)", name, text_of(in[0])), Meaning::tensor};
  } else if (is_gradient_ && (name == "share" || name == "return_gathered")) {
    result = {fmt::format("{}({}, {}, call)", name, text_of(in[0]), text_of(in[1])),
              Meaning::tensor};
  } else if (is_gradient_ && name == "product") {
    result = {
        fmt::format("product({}, {}, {}, call)", text_of(in[0]), text_of(in[1]), text_of(in[2])),
        Meaning::tensor};
  } else {
    return false;
  }
  return true;
}

bool Translator::arithmetic(const Expression& node, Piece& result) {
  static const std::map<std::string, std::pair<size_t, const char*>> kSigns = {
      {"add", {2, "+"}}, {"sub", {2, "-"}}, {"mul", {2, "*"}}, {"div", {2, "/"}}, {"neg", {1, "-"}},
      {"eq", {2, ""}},   {"lt", {2, ""}},   {"gt", {2, ""}},   {"ne", {2, ""}},   {"le", {2, ""}},
      {"ge", {2, ""}},   {"not", {1, ""}},  {"where", {3, ""}}};
  const auto sign = kSigns.find(node.text);
  if (sign == kSigns.end() || node.operands.size() != sign->second.first) return false;
  std::vector<std::string> texts;
  bool are_numbers = true;
  for (const formula::Node& operand : node.operands) {
    const Piece piece = translate(operand);
    texts.push_back(piece.text);
    are_numbers &= piece.meaning == Meaning::number;
  }
  const std::string symbol = sign->second.second;
  if (are_numbers && !symbol.empty()) {
    // Quotients of counts are fractions.
    if (symbol == "/") texts[0] = "static_cast<double>(" + texts[0] + ")";
    result = {texts.size() == 1 ? symbol + texts[0]
                                : "(" + texts[0] + " " + symbol + " " + texts[1] + ")",
              Meaning::number};
    return true;
  }
  const std::string name = node.text == "not" ? "negation" : node.text;
  result = {fmt::format("arithmetic::{}({}, at)", name, joined(texts, ", ")), Meaning::tensor};
  return true;
}

bool Translator::fits(const schema::Schema& schema, const Expression& node,
                      const std::vector<Piece>& pieces, std::vector<std::string>& arguments) const {
  arguments.clear();
  std::set<size_t> used;
  size_t place = 0;
  for (const schema::Argument& argument : schema.arguments) {
    size_t given = pieces.size();
    if (!argument.is_keyword_only && place < pieces.size() && node.keywords[place].empty()) {
      given = place++;
    } else {
      for (size_t i = 0; i < pieces.size(); ++i) {
        if (node.keywords[i] == argument.name) given = i;
      }
    }
    if (given == pieces.size()) {
      if (!argument.default_text) return false;
      const bool makes_zeros = is_gradient_ && schema.name == "full" && argument.name == "dtype";
      arguments.push_back(makes_zeros ? "grad.dtype()" : default_value(argument));
      continue;
    }
    used.insert(given);
    const Meaning want = meaning_of(argument.type);
    const Meaning have = pieces[given].meaning;
    const bool is_dim = want == Meaning::list && argument.type.list_size;
    const bool fit = want == have || (want == Meaning::tensor && have == Meaning::term) ||
                     (want == Meaning::scalar && have == Meaning::number) ||
                     (is_dim && have == Meaning::number) || want == Meaning::other;
    if (!fit) return false;
    arguments.push_back(pieces[given].text);
  }
  return used.size() == pieces.size();
}

Piece Translator::function(const Expression& node) {
  std::vector<Piece> pieces;
  for (const formula::Node& operand : node.operands) pieces.push_back(translate(operand));
  Expression positional = node;
  positional.keywords.resize(node.operands.size());
  const std::string name = node.text == "max" ? "maximum" : node.text;
  std::vector<std::string> arguments;
  for (const Entry& entry : catalogue_.entries) {
    for (const Function& candidate : entry.functions) {
      if (candidate.schema.name != name || return_type(candidate) != "Tensor") continue;
      if (!fits(candidate.schema, positional, pieces, arguments)) continue;
      arguments.push_back("at");
      return {fmt::format("{}{}({})", entry.is_internal ? "internal::" : "", name,
                          joined(arguments, ", ")),
              Meaning::tensor};
    }
  }
  throw std::runtime_error(fmt::format("{}: {}: no function '{}' takes what '{}' gives it",
                                       entry_.where.text(), entry_.name, name,
                                       formula::to_string(std::make_shared<Expression>(node))));
}

}  // namespace lazuli::codegen::emit
