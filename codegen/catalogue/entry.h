// The catalogue as data: what ops/*.yaml says, with what follows from it filled in. Emitters read
// this and nothing else. See ops/README.md for the text form.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codegen/formula/typed.h"
#include "codegen/problems.h"
#include "codegen/schema/types.h"
#include "lazuli/core/dtype.h"

namespace lazuli::codegen {

// What an entry is; all but composite are recorded and have an OpKind.
enum class Kind {
  elementwise,
  reduction,
  view,
  gather,
  write,
  concat,
  contraction,
  library,
  composite
};
std::string_view name_of(Kind kind);

// How the dtypes that an entry computes in and gives follow from its operands'.
enum class DTypeRule {
  same,        // operands meet in one dtype, the result has it
  floating,    // the same, but integers and bools become f32
  boolean,     // operands meet in one dtype (of a reduction: in bool), the result is bool
  accumulate,  // integers and bools become i64 (sum)
  index,       // the result is i64
  self,        // the result has self's dtype, other operands are cast to it or are indices
  argument     // the argument `dtype` says it (to, empty, rand)
};
std::string_view name_of(DTypeRule rule);

// What becomes of a function's argument when a call is recorded.
enum class Role {
  operand,    // a tensor, or a number as launch argument
  factor,     // a number that is structure when it is 0 or 1 (Record::factor)
  attribute,  // structure
  size,       // shapes the result
  offset,     // moves addresses only
  option      // not recorded: the function itself acts on it (sum's dtype)
};

// One way to call an entry. The first is the entry's own schema, the others its `also` and the
// in-place forms that `in_place: true` derives.
struct Function {
  schema::Schema schema;
  bool is_function = true;  // lazuli::exp(x)
  bool is_method = true;    // x.exp(); needs a first argument `self`
  bool is_in_place = false;
  bool is_derived = false;  // the in-place form that `in_place: true` adds
  // The arguments that become the kind's operands, in the kind's order: rsub has [other, self,
  // alpha] for sub's [self, other, alpha]. Empty for functions by hand and composites.
  std::vector<std::string> operands;
};

// What a kind records, by name: operands, attributes, sizes and offsets in the order of the tape. A
// last name that ends in "..." stands for any count.
struct Recorded {
  std::vector<std::string> operands;
  std::vector<std::string> attributes;
  std::vector<std::string> sizes;
  std::vector<std::string> offsets;
};

// A value of a number or string that is structure: the call is `as` instead of what the entry
// records.
struct Special {
  std::string argument;
  std::string value;  // "0.5", "tanh"
  formula::Node as;
};

// A test's values of one operand.
struct Sample {
  double low = -3;
  double high = 3;
};

struct Entry {
  Position where;
  Kind kind = Kind::elementwise;
  std::string name;  // "add": the schemas' common name and the OpKind's
  std::string doc;
  std::vector<Function> functions;
  bool is_internal = false;  // an op kind without public function (fill, narrow_write, cos2pi)
  bool is_by_hand = false;   // public functions are written by hand in src/lazuli/functions

  DTypeRule dtype = DTypeRule::same;
  std::vector<DType> dtypes;  // that the kind computes in; others are refused with TypeError
  std::map<std::string, DType>
      argument_dtypes;                // operands of a dtype of their own: condition: bool
  Recorded recorded;                  // empty for a composite
  std::map<std::string, Role> roles;  // of every argument of functions not by hand

  // Elementwise: one element of the result, for each dtype that it computes in. Lines count from
  // the entry's `formula`.
  std::map<DType, formula::Block> formulas;
  bool takes_index = false;  // the formula reads `index`, the element's place (arange)

  std::vector<Special> specials;

  // Reduction: "sum", "max", "product", ..., as it is written, and what no elements give, if that
  // is defined.
  std::string combine;
  std::string combine_text;
  std::optional<double> empty;

  // Contraction: "ik, kj -> ij".
  std::string equation;

  // Composite: an expression of other functions, and which extents of its tensors must be equal: a
  // letter a dimension, {"self": "NC", "target": "N"}.
  formula::Block as;
  std::vector<std::pair<std::string, std::string>> shapes;

  std::string failure;  // what can go wrong on the device; empty: nothing
  bool is_random = false;
  bool evaluates = false;  // may read the result's size from the data, and wait for it

  // Gradient of each differentiable tensor operand, an expression over `grad`, `result` and the
  // arguments: given by the entry or derived from the formula. A view's, a concat's and a
  // contraction's follow from the kind and are not here.
  std::map<std::string, formula::Node> gradients;
  bool has_gradient = true;  // false: none flows (`grad: none`, or the result is no fraction)

  // Tests.
  std::string reference;  // a C++ expression of doubles over the operands' names
  double ulp = 0.5;       // of the result against the reference
  std::map<std::string, Sample> samples;
  bool has_whole_samples = false;     // samples are rounded, so that equal ones occur
  bool has_ordinary_samples = false;  // no infinities, NaNs and extremes
  // The counterpart, a Python expression over the operands' names, of functions without recorded
  // operands over the arguments'; or the reason why there is none.
  std::string numpy;
  std::string no_numpy;
  std::vector<std::string> calls;  // argument lists in Python, where none follow from the kind

  const Function& function() const { return functions.front(); }
  bool is_recorded() const { return kind != Kind::composite; }
  // Its arguments follow from operands and samples (elementwise) or dimensions (reduction).
  bool has_plain_calls() const {
    return !is_by_hand && (kind == Kind::elementwise || kind == Kind::reduction);
  }
  Role role_of(const std::string& argument) const { return roles.at(argument); }
};

// A function of scalars, defined by primitives and other scalar functions (ops/scalars.yaml).
struct ScalarFunction {
  struct Definition {
    formula::Block formula;
    double ulp = 0;  // bound of the error against the reference, over every input
    // Over which inputs: "all", "positive" ones, or "fractions", the values of rand: multiples of
    // 2^-24 (f64: 2^-53) in [0, 1).
    std::string inputs = "all";
    // A further bound for negative inputs, 0 where there is none: in units of the last place of the
    // result or of 1, whichever is larger, since near a zero the error is that of the parts.
    double negative_ulp = 0;
  };
  Position where;
  std::string name;
  std::string doc;
  std::vector<std::string> parameters;  // all of the definition's type, as is the result
  std::map<formula::Type, Definition> definitions;  // by f32 and f64
  std::string reference;                   // empty: a part of other functions, measured in them
  std::vector<formula::Node> derivatives;  // by parameter, over the parameters
};

struct Catalogue {
  std::vector<Entry> entries;  // by file, then as written; the order of OpKind
  std::vector<ScalarFunction> scalars;

  const Entry* find(std::string_view name) const;  // by Entry::name
  // By "add.Tensor", "add_.Tensor", "exp".
  const Function* find_function(std::string_view full_name) const;
  const ScalarFunction* find_scalar(std::string_view name) const;
  // The error's bound of the result in f32 or f64: the entry's own, or that of the scalar function
  // which is all that the formula calls.
  double ulp_of(const Entry& entry, DType dtype) const;
};

}  // namespace lazuli::codegen
