#include "codegen/formula/gradient.h"

namespace lazuli::codegen::formula {
namespace {

using Form = Expression::Form;

Node add(Node a, Node b) { return simplified(call("add", {std::move(a), std::move(b)})); }
Node mul(Node a, Node b) { return simplified(call("mul", {std::move(a), std::move(b)})); }
Node div(Node a, Node b) { return simplified(call("div", {std::move(a), std::move(b)})); }
Node neg(Node a) { return simplified(call("neg", {std::move(a)})); }
Node where(Node condition, Node a, Node b) {
  return simplified(call("where", {std::move(condition), std::move(a), std::move(b)}));
}

class Backward {
 public:
  Backward(const std::string& operand, const ScalarDerivatives& scalars)
      : operand_(operand), scalars_(scalars) {}

  // What `node`, whose own gradient is `grad`, sends to the operand.
  Node pull(const Node& node, const Node& grad) {
    if (!mentions(node, operand_)) return number(0);
    if (node->form == Form::name) return grad;
    const std::vector<Node>& in = node->operands;
    const std::string& function = node->text;
    if (function == "add") return add(pull(in[0], grad), pull(in[1], grad));
    if (function == "sub") return add(pull(in[0], grad), pull(in[1], neg(grad)));
    if (function == "neg") return pull(in[0], neg(grad));
    if (function == "mul") return product(in[0], in[1], grad);
    if (function == "fma") return add(product(in[0], in[1], grad), pull(in[2], grad));
    if (function == "div") {
      return add(pull(in[0], div(grad, in[1])), pull(in[1], neg(div(mul(grad, node), in[1]))));
    }
    if (function == "sqrt") return pull(in[0], div(grad, mul(number(2), node)));
    if (function == "abs") {
      return pull(in[0], where(call("lt", {in[0], number(0)}), neg(grad), grad));
    }
    if (function == "max" || function == "min") {  // equal operands share
      return add(pull(in[0], part(function, in[0], in[1], grad)),
                 pull(in[1], part(function, in[1], in[0], grad)));
    }
    if (function == "where") {
      return add(pull(in[1], where(in[0], grad, number(0))),
                 pull(in[2], where(in[0], number(0), grad)));
    }
    return pull_scalar(node, grad);
  }

  bool failed() const { return failed_; }

 private:
  Node product(const Node& a, const Node& b, const Node& grad) {
    return add(pull(a, mul(grad, b)), pull(b, mul(grad, a)));
  }

  static Node part(const std::string& function, const Node& a, const Node& b, const Node& grad) {
    const Node lost = function == "max" ? call("lt", {a, b}) : call("lt", {b, a});
    return where(lost, number(0), where(call("eq", {a, b}), div(grad, number(2)), grad));
  }

  Node pull_scalar(const Node& node, const Node& grad) {
    const std::vector<Node> derivatives = scalars_(node->text, node->operands);
    if (derivatives.size() != node->operands.size()) {
      failed_ = true;
      return number(0);
    }
    Node sum = number(0);
    for (size_t i = 0; i < derivatives.size(); ++i) {
      sum = add(sum, pull(node->operands[i], mul(grad, derivatives[i])));
    }
    return sum;
  }

  const std::string& operand_;
  const ScalarDerivatives& scalars_;
  bool failed_ = false;
};

Node replaced(const Node& node, const Node& pattern, const Node& by) {
  if (equal(node, pattern)) return by;
  if (node->operands.empty()) return node;
  auto copy = std::make_shared<Expression>(*node);
  for (Node& operand : copy->operands) operand = replaced(operand, pattern, by);
  return copy;
}

}  // namespace

std::optional<Node> gradient(const Block& formula, const std::string& operand,
                             const ScalarDerivatives& scalars) {
  const Node whole = inlined(formula);
  Backward backward(operand, scalars);
  const Node result = backward.pull(whole, name("grad"));
  if (backward.failed()) return std::nullopt;
  // The forward result is at hand: it need not be computed again.
  return simplified(whole->form == Form::call ? replaced(result, whole, name("result")) : result);
}

}  // namespace lazuli::codegen::formula
