// Operators of PyTorch that Lazuli composes of its own: torch/decompositions.yaml as data. The
// expressions are those of ops/composite.yaml; how they become C++ is not its affair.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "codegen/formula/expression.h"
#include "codegen/torch/native_function.h"

namespace lazuli::codegen::torch {

struct Decomposition {
  // An expression that stands in for `as` where a string has that value.
  struct Special {
    std::string argument;
    std::string value;
    formula::Block as;
  };
  Position where;
  schema::Schema schema;  // PyTorch's
  formula::Block as;      // several results: a list of them
  std::vector<Special> specials;
  std::map<std::string, std::string> absent;  // what an optional argument is where it is missing
  std::vector<std::string> ignores;           // arguments that the result does not depend on
};

// Reads the file and holds it against PyTorch's schemas; an operator that PyTorch has not (an older
// or newer version has it) is left out. All mistakes are told at once.
std::vector<Decomposition> read_decompositions(const std::string& path,
                                               const NativeFunctions& functions,
                                               Problems& problems);

}  // namespace lazuli::codegen::torch
