// A formula made definite: every value has a kernel type and every step is one call of the kernel
// builder. Where a formula cannot be, a SyntaxError says why.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "codegen/formula/expression.h"
#include "lazuli/kernel/primitives.h"

namespace lazuli::codegen::formula {

using kernel::Type;

struct Parameter {
  std::string name;
  Type type;
};

struct Step {
  enum class Form {
    constant,   // `number`
    primitive,  // `function` of the operands
    shift,      // `function` of one operand by `number`
    bitcast,
    convert,    // to `type`
    attribute,  // converted to the dtype that attribute `number` holds; always the last step
    scalar      // the scalar function `function` of the operands
  };
  Form form = Form::primitive;
  std::string name;  // of the result: a binding's, or one made from the function
  Type type = Type::f32;
  std::string function;
  std::vector<std::string> operands;  // names of parameters and earlier steps
  double number = 0;
  std::string number_text;  // as the entry writes it
};

struct Steps {
  std::vector<Step> steps;
  std::string result;  // a step's name or a parameter's
  Type type = Type::f32;
};

// What the formula may use beside the primitives.
struct Scope {
  static constexpr int kNoScalar = -1;
  static constexpr int kOtherType = -2;
  std::vector<Parameter> parameters;
  std::vector<std::string> attributes;  // names of structural integers, by place
  // The type of fractions: of numbers that stand alone, of `to_float` and `as_float`, and of scalar
  // functions unless an operand is of the other.
  Type fraction = Type::f32;
  Type integer = Type::i64;  // that of `to_int`
  // Parameters that a scalar function takes; kNoScalar where there is none of that name, kOtherType
  // where it has no definition in the type.
  std::function<int(const std::string&, Type)> scalar_arity;
  std::vector<std::string> scalar_names;  // for suggestions
};

std::string_view type_name(Type type);

Steps lower(const Block& block, const Scope& scope);

// Every function name that formulas know without scalar functions.
std::vector<std::string> builtin_names();

}  // namespace lazuli::codegen::formula
