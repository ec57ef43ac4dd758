// Expressions of the catalogue as trees: formulas of scalars, gradients and composites share one
// grammar. An expression knows nothing of the types or the meaning of its names.
//
//   n = round(x * 1.44)        a binding; the lines of a block end in its result
//   where(x < 0, -x, x) + n
//
// Operators are calls: `a + b` is add(a, b), `-a` neg(a), `a < b` lt(a, b), `a & b` and(a, b),
// `!a` not(a), `x.f(a)` is f(x, a).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lazuli::codegen::formula {

struct Expression;
using Node = std::shared_ptr<const Expression>;

struct Expression {
  enum class Form { number, name, call, list };
  Form form = Form::number;
  std::string text;                   // a number as written, a name, or what is called
  double value = 0;                   // of a number
  bool is_integer = false;            // a number without point or exponent
  std::vector<Node> operands;         // of a call or a list
  std::vector<std::string> keywords;  // one an operand, empty where it is positional
  bool is_method = false;             // written x.f(...)
  size_t position = 0;                // characters from the text's start
};

struct Binding {
  std::string name;
  Node value;
};

// Bindings in order, each seen by those that follow and by the result.
struct Block {
  std::vector<Binding> bindings;
  Node result;
  explicit operator bool() const { return static_cast<bool>(result); }
};

Node number(double value);
Node name(std::string text);
Node call(std::string function, std::vector<Node> operands);

// Throws SyntaxError (schema/parser.h). Bindings end at a line's end or a semicolon.
Block parse(std::string_view text);

bool equal(const Node& a, const Node& b);
// As one would write it, with operators and as few parentheses as they need.
std::string to_string(const Node& node);
// All on one line: "n = round(x); n + 1".
std::string to_string(const Block& block);
// The expression with every binding put in place of its name.
Node inlined(const Block& block);
Node substitute(const Node& node, const std::string& name, const Node& value);
bool mentions(const Node& node, const std::string& name);

}  // namespace lazuli::codegen::formula
