// Gradients of formulas, by going backwards through the expression. Choices are masked on the way
// (where(c, grad, 0)), never multiplied, so that a branch not taken brings no NaN.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "codegen/formula/expression.h"

namespace lazuli::codegen::formula {

// The derivatives of a scalar function over its operands, in their place; empty if unknown.
using ScalarDerivatives = std::function<std::vector<Node>(const std::string& function,
                                                          const std::vector<Node>& operands)>;

// The gradient of `operand` as an expression over `grad`, `result` and the operands. A zero where
// the formula does not depend on it; nothing where a part of the formula has no derivative.
std::optional<Node> gradient(const Block& formula, const std::string& operand,
                             const ScalarDerivatives& scalars);

// Without additions of 0, products by 0, 1 and -1, double negations; constants folded.
Node simplified(const Node& node);

}  // namespace lazuli::codegen::formula
