// The expression language: grammar, printing, types, gradients.
#include <gtest/gtest.h>

#include "codegen/formula/gradient.h"
#include "codegen/formula/typed.h"
#include "codegen/schema/parser.h"

namespace lazuli::codegen::formula {
namespace {

std::string printed(const char* text) { return to_string(parse(text)); }

TEST(Expression, PrintsWithFewParentheses) {
  EXPECT_EQ(printed("a+b*c"), "a + b * c");
  EXPECT_EQ(printed("(a+b)*c"), "(a + b) * c");
  EXPECT_EQ(printed("a-(b-c)-d"), "a - (b - c) - d");
  EXPECT_EQ(printed("-(a*b)"), "-(a * b)");
  EXPECT_EQ(printed("-a*b"), "-a * b");
  EXPECT_EQ(printed("x - -1"), "x - -1");
  EXPECT_EQ(printed("!(a<b)&c|d"), "!(a < b) & c | d");
  EXPECT_EQ(printed("self.sum([dim,-1],keepdim=true)"), "self.sum([dim, -1], keepdim=true)");
  EXPECT_EQ(printed("n = 0x1.8p1\n f(n,\n   2)  # a comment\n"), "n = 0x1.8p1; f(n, 2)");
}

TEST(Expression, PutsBindingsInPlace) {
  EXPECT_EQ(to_string(inlined(parse("a = x + 1; b = a * a; b - a"))),
            "(x + 1) * (x + 1) - (x + 1)");
}

std::string mistake(const char* text) {
  Scope scope;
  scope.parameters = {{"x", Type::f32}, {"n", Type::i64}, {"m", Type::mask}};
  try {
    lower(parse(text), scope);
    return "no mistake";
  } catch (const SyntaxError& error) {
    return error.what();
  }
}

TEST(Formula, MistakesSayWhatIsThere) {
  EXPECT_EQ(mistake("x + n"), "add of f32 and i64");
  EXPECT_EQ(mistake("n / n"), "div of i64");
  EXPECT_EQ(mistake("where(x, x, x)"), "where by f32");
  EXPECT_EQ(mistake("n + 0.5"), "number 0.5 where i64 is needed");
  EXPECT_EQ(mistake("fma(x, x)"), "fma takes 3 operands; got 2");
  EXPECT_EQ(mistake("y = x; y = x; y"), "'y' twice");
  EXPECT_EQ(mistake("sqr(x)"), "unknown function 'sqr' (did you mean 'sqrt'?)");
  EXPECT_EQ(mistake("a = x +"), "need a number, a name or '(' at the end");
  EXPECT_EQ(mistake("x x"), "need an operator or the end before 'x'");
  EXPECT_EQ(mistake("m & !m"), "no mistake");
}

std::string gradient_of(const char* formula, const char* operand) {
  const ScalarDerivatives scalars = [](const std::string& name, const std::vector<Node>& in) {
    std::vector<Node> result;
    if (name == "exp") result = {call("exp", in)};
    if (name == "log") result = {call("div", {number(1), in[0]})};
    return result;
  };
  const std::optional<Node> result = gradient(parse(formula), operand, scalars);
  return result ? to_string(*result) : "unknown";
}

TEST(Gradient, FollowsFromTheFormula) {
  EXPECT_EQ(gradient_of("fma(alpha, b, a)", "a"), "grad");
  EXPECT_EQ(gradient_of("fma(alpha, b, a)", "b"), "grad * alpha");
  EXPECT_EQ(gradient_of("fma(-alpha, b, a)", "b"), "-(grad * alpha)");
  EXPECT_EQ(gradient_of("a * b", "b"), "grad * a");
  EXPECT_EQ(gradient_of("a / b", "b"), "-(grad * result / b)");
  EXPECT_EQ(gradient_of("exp(a)", "a"), "grad * result");
  EXPECT_EQ(gradient_of("log(a)", "a"), "grad / a");
  EXPECT_EQ(gradient_of("sqrt(a)", "a"), "grad / (2 * result)");
  EXPECT_EQ(gradient_of("where(c, a, b)", "a"), "where(c, grad, 0)");
  EXPECT_EQ(gradient_of("max(a, b)", "a"), "where(a < b, 0, where(a == b, grad / 2, grad))");
  EXPECT_EQ(gradient_of("a * a", "a"), "grad * a + grad * a");
  EXPECT_EQ(gradient_of("a + b", "c"), "0");
  EXPECT_EQ(gradient_of("round(a)", "a"), "unknown");
}

}  // namespace
}  // namespace lazuli::codegen::formula
