// Expressions of the catalogue as C++ over tensors. Every call passes the line on.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "codegen/catalogue/helpers.h"
#include "codegen/emit/functions.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {

using formula::Expression;
using Form = Expression::Form;

namespace {

// How tight C++ binds, where it matters here.
constexpr int kChoice = 0;
constexpr int kComparison = 1;
constexpr int kUnary = 4;

}  // namespace

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

std::string Translator::bound(const Piece& piece, int strength) {
  return piece.strength < strength ? "(" + piece.text + ")" : piece.text;
}

Piece Translator::call(const Expression& node) {
  Piece result;
  if (type_question(node, result) || helper(node, result) || arithmetic(node, result)) {
    return result;
  }
  return function(node);
}

bool Translator::type_question(const Expression& node, Piece& result) {
  const std::string& name = node.text;
  if (name != "size" && name != "sizes" && name != "numel" && name != "dtype" && name != "dim") {
    return false;
  }
  const auto& in = node.operands;
  const bool is_known = in[0]->form == Form::name && shapes_.count(in[0]->text) > 0;
  const std::string self = is_known ? "" : bound(translate(in[0]), Piece::kAtom);
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
    result = {fmt::format("{}.size({}{})", self, text_of(in[1]), last_argument()), Meaning::number};
  }
  return true;
}

bool Translator::helper(const Expression& node, Piece& result) {
  const auto& in = node.operands;
  const std::string& name = node.text;
  const auto own = functions_.find(name);
  if (own != functions_.end()) {
    std::vector<std::string> arguments;
    for (const formula::Node& operand : in) arguments.push_back(text_of(operand));
    result = {own->second.text + "(" + joined(arguments, ", ") + ")", own->second.meaning};
  } else if (name == "wide_dtype") {
    result = {space() + "to_wide(" + text_of(in[0]) + ")", Meaning::other};
  } else if (name == "detach") {
    result = {text_of(in[0]) + ".detach(at)", Meaning::tensor};
  } else if (name == "given") {
    result = choice(node);
  } else if (name == "folded_count") {
    result = {fmt::format("folded_count({}, {}, at)", text_of(in[0]), text_of(in[1])),
              Meaning::number};
  } else if (is_gradient_ && kGradientHelpers.count(name)) {
    std::vector<std::string> arguments;
    for (const formula::Node& operand : in) arguments.push_back(text_of(operand));
    arguments.emplace_back("call");
    result = {fmt::format("{}({})", name, joined(arguments, ", ")), Meaning::tensor};
  } else {
    return false;
  }
  return true;
}

// given(x, a, b): what is asked of a tensor is whether it is there, of an optional number likewise,
// of a flag whether it is set. In `a` an optional number is a number.
Piece Translator::choice(const Expression& node) {
  const formula::Node& asked = node.operands[0];
  const Piece condition = translate(asked);
  std::string text = condition.text;
  if (condition.meaning == Meaning::tensor) text = bound(condition, Piece::kAtom) + ".defined()";
  Piece first;
  if (asked->form == Form::name && condition.meaning == Meaning::other) {
    names_[asked->text] = {"*" + condition.text, Meaning::number, kUnary};
    first = translate(node.operands[1]);
    names_[asked->text] = condition;
  } else {
    first = translate(node.operands[1]);
  }
  const Piece second = translate(node.operands[2]);
  text += " ? " + bound(first, kChoice + 1) + " : " + bound(second, kChoice + 1);
  const Piece result{text, first.meaning == second.meaning ? first.meaning : Meaning::tensor,
                     kChoice};
  return is_outside_ ? result : Piece{"(" + text + ")", result.meaning};
}

bool Translator::arithmetic(const Expression& node, Piece& result) {
  struct Sign {
    size_t operands;
    const char* symbol;
    int strength;
  };
  static const std::map<std::string, Sign> kSigns = {
      {"add", {2, "+", 2}},           {"sub", {2, "-", 2}},
      {"mul", {2, "*", 3}},           {"div", {2, "/", 3}},
      {"neg", {1, "-", kUnary}},      {"eq", {2, "==", kComparison}},
      {"lt", {2, "<", kComparison}},  {"gt", {2, ">", kComparison}},
      {"ne", {2, "!=", kComparison}}, {"le", {2, "<=", kComparison}},
      {"ge", {2, ">=", kComparison}}, {"not", {1, "", 0}},
      {"where", {3, "", 0}}};
  const auto found = kSigns.find(node.text);
  if (found == kSigns.end() || node.operands.size() != found->second.operands) return false;
  const auto& [count, symbol, strength] = found->second;
  std::vector<Piece> pieces;
  bool are_numbers = *symbol != 0;
  for (const formula::Node& operand : node.operands) {
    pieces.push_back(translate(operand));
    are_numbers &= pieces.back().meaning == Meaning::number;
  }
  const bool has_tensor = std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return piece.meaning == Meaning::tensor || piece.meaning == Meaning::term;
  });
  if (is_outside_ && !are_numbers && !has_tensor) {
    throw std::runtime_error(fmt::format("{}: {}: need a tensor in '{}'", entry_.where.text(),
                                         entry_.name,
                                         formula::to_string(std::make_shared<Expression>(node))));
  }
  if (are_numbers || (is_outside_ && *symbol != 0)) {
    // Quotients of counts are fractions.
    if (are_numbers && node.text == "div") {
      pieces[0] = {"static_cast<double>(" + pieces[0].text + ")", Meaning::number};
    }
    const int left = strength == kComparison ? strength + 1 : strength;
    const std::string text =
        count == 1 ? symbol + bound(pieces[0], strength)
                   : bound(pieces[0], left) + " " + symbol + " " + bound(pieces[1], strength + 1);
    const Meaning meaning = !are_numbers              ? Meaning::tensor
                            : strength == kComparison ? Meaning::other
                                                      : Meaning::number;
    result = {text, meaning, strength};
    if (!is_outside_) result = {count == 1 ? text : "(" + text + ")", meaning};
    return true;
  }
  std::vector<std::string> texts;
  for (const Piece& piece : pieces) texts.push_back(piece.text);
  const std::string name = node.text == "not" ? "negation" : node.text;
  result = {fmt::format("{}arithmetic::{}({}, at)", space(), name, joined(texts, ", ")),
            Meaning::tensor};
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
      return {fmt::format("{}{}{}({}{})", space(), entry.is_internal ? "internal::" : "", name,
                          joined(arguments, ", "), last_argument()),
              Meaning::tensor};
    }
  }
  throw std::runtime_error(fmt::format("{}: {}: no function '{}' takes what '{}' gives it",
                                       entry_.where.text(), entry_.name, name,
                                       formula::to_string(std::make_shared<Expression>(node))));
}

}  // namespace lazuli::codegen::emit
