#include "codegen/formula/expression.h"

#include <fmt/core.h>

#include <cmath>

namespace lazuli::codegen::formula {
namespace {

using Form = Expression::Form;

struct Operator {
  const char* function;
  const char* sign;
  int strength;  // how tightly it binds; the grammar's levels
};
constexpr Operator kOperators[] = {
    {"or", "|", 1},  {"xor", "^", 1}, {"and", "&", 2}, {"eq", "==", 3}, {"ne", "!=", 3},
    {"le", "<=", 3}, {"ge", ">=", 3}, {"lt", "<", 3},  {"gt", ">", 3},  {"add", "+", 4},
    {"sub", "-", 4}, {"mul", "*", 5}, {"div", "/", 5}};
constexpr int kUnary = 6;
constexpr int kAtom = 7;

const Operator* find_operator(const Expression& node) {
  if (node.form != Form::call || node.is_method || node.operands.size() != 2) return nullptr;
  for (const Operator& candidate : kOperators) {
    if (node.text == candidate.function) return &candidate;
  }
  return nullptr;
}

bool is_prefix(const Expression& node) {
  return node.form == Form::call && !node.is_method && node.operands.size() == 1 &&
         (node.text == "neg" || node.text == "not");
}

int strength_of(const Expression& node) {
  if (const Operator* found = find_operator(node)) return found->strength;
  if (is_prefix(node)) return kUnary;
  if (node.form == Form::number && node.text.starts_with("-")) return kUnary;
  return kAtom;
}

std::string print(const Expression& node, int at_least);

std::string print_list(const Expression& node, size_t first) {
  std::string text;
  for (size_t i = first; i < node.operands.size(); ++i) {
    if (i > first) text += ", ";
    if (!node.keywords[i].empty()) text += node.keywords[i] + "=";
    text += print(*node.operands[i], 0);
  }
  return text;
}

std::string print_bare(const Expression& node) {
  if (node.form == Form::list) return "[" + print_list(node, 0) + "]";
  if (node.form != Form::call) return node.text;
  if (const Operator* found = find_operator(node)) {
    // A comparison takes no comparison beside it; the others join from the left.
    const int left = found->strength == 3 ? 4 : found->strength;
    return print(*node.operands[0], left) + " " + found->sign + " " +
           print(*node.operands[1], found->strength + 1);
  }
  if (is_prefix(node)) {
    return (node.text == "neg" ? "-" : "!") + print(*node.operands[0], kUnary);
  }
  if (node.is_method) {
    return print(*node.operands[0], kAtom) + "." + node.text + "(" + print_list(node, 1) + ")";
  }
  return node.text + "(" + print_list(node, 0) + ")";
}

std::string print(const Expression& node, int at_least) {
  const std::string text = print_bare(node);
  return strength_of(node) < at_least ? "(" + text + ")" : text;
}

}  // namespace

Node number(double value) {
  auto node = std::make_shared<Expression>();
  node->form = Form::number;
  node->value = value;
  node->is_integer = value == std::floor(value) && std::abs(value) < 1e15;
  node->text =
      node->is_integer ? fmt::format("{}", static_cast<int64_t>(value)) : fmt::format("{}", value);
  return node;
}

Node name(std::string text) {
  auto node = std::make_shared<Expression>();
  node->form = Form::name;
  node->text = std::move(text);
  return node;
}

Node call(std::string function, std::vector<Node> operands) {
  auto node = std::make_shared<Expression>();
  node->form = Form::call;
  node->text = std::move(function);
  node->keywords.resize(operands.size());
  node->operands = std::move(operands);
  return node;
}

bool equal(const Node& a, const Node& b) {
  if (a->form != b->form || a->operands.size() != b->operands.size()) return false;
  if (a->form == Form::number ? a->value != b->value : a->text != b->text) return false;
  for (size_t i = 0; i < a->operands.size(); ++i) {
    if (a->keywords[i] != b->keywords[i] || !equal(a->operands[i], b->operands[i])) return false;
  }
  return true;
}

std::string to_string(const Node& node) { return print(*node, 0); }

std::string to_string(const Block& block) {
  std::string text;
  for (const Binding& binding : block.bindings) {
    text += binding.name + " = " + to_string(binding.value) + "; ";
  }
  return text + to_string(block.result);
}

Node substitute(const Node& node, const std::string& name, const Node& value) {
  if (node->form == Form::name) return node->text == name ? value : node;
  if (!mentions(node, name)) return node;
  auto copy = std::make_shared<Expression>(*node);
  for (Node& operand : copy->operands) operand = substitute(operand, name, value);
  return copy;
}

Node inlined(const Block& block) {
  Node result = block.result;
  for (size_t i = block.bindings.size(); i-- > 0;) {
    result = substitute(result, block.bindings[i].name, block.bindings[i].value);
  }
  return result;
}

bool mentions(const Node& node, const std::string& name) {
  if (node->form == Form::name) return node->text == name;
  for (const Node& operand : node->operands) {
    if (mentions(operand, name)) return true;
  }
  return false;
}

}  // namespace lazuli::codegen::formula
