#include <optional>

#include "codegen/formula/gradient.h"

namespace lazuli::codegen::formula {
namespace {

using Form = Expression::Form;

bool is(const Node& node, double value) {
  return node->form == Form::number && node->value == value;
}
bool is_negation(const Node& node) { return node->form == Form::call && node->text == "neg"; }

std::optional<double> folded(const Expression& node) {
  for (const Node& operand : node.operands) {
    if (operand->form != Form::number) return std::nullopt;
  }
  const auto value = [&](size_t i) { return node.operands[i]->value; };
  if (node.text == "add") return value(0) + value(1);
  if (node.text == "sub") return value(0) - value(1);
  if (node.text == "mul") return value(0) * value(1);
  if (node.text == "neg") return -value(0);
  return std::nullopt;
}

// One step at the top, where the operands are simple already.
Node step(const Node& node) {
  const std::vector<Node>& in = node->operands;
  const std::string& function = node->text;
  if (const std::optional<double> value = folded(*node)) return number(*value);
  if (function == "neg" && is_negation(in[0])) return in[0]->operands[0];
  if (function == "add") {
    if (is(in[0], 0)) return in[1];
    if (is(in[1], 0)) return in[0];
    if (is_negation(in[1])) return call("sub", {in[0], in[1]->operands[0]});
  }
  if (function == "sub") {
    if (is(in[1], 0)) return in[0];
    if (is(in[0], 0)) return step(call("neg", {in[1]}));
    if (is_negation(in[1])) return step(call("add", {in[0], in[1]->operands[0]}));
  }
  if (function == "mul" || function == "div") {
    if (is(in[0], 0) || (function == "mul" && is(in[1], 0))) return number(0);
    if (is(in[1], 1)) return in[0];
    if (function == "mul" && is(in[0], 1)) return in[1];
    if (function == "mul" && in[1]->form == Form::call && in[1]->text == "div" &&
        is(in[1]->operands[0], 1)) {
      return step(call("div", {in[0], in[1]->operands[1]}));
    }
    if (is_negation(in[0])) {
      return step(call("neg", {step(call(function, {in[0]->operands[0], in[1]}))}));
    }
    if (is_negation(in[1])) {
      return step(call("neg", {step(call(function, {in[0], in[1]->operands[0]}))}));
    }
  }
  if (function == "where" && equal(in[1], in[2])) return in[1];
  return node;
}

}  // namespace

Node simplified(const Node& node) {
  if (node->form != Form::call || node->operands.empty()) return node;
  auto copy = std::make_shared<Expression>(*node);
  for (Node& operand : copy->operands) operand = simplified(operand);
  return step(copy);
}

}  // namespace lazuli::codegen::formula
