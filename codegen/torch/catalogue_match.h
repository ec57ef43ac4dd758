// Which function of Lazuli's catalogue an operator of PyTorch is: one of the same name to which
// every argument that can matter can be handed on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/catalogue/entry.h"
#include "codegen/torch/native_function.h"

namespace lazuli::codegen::torch {

struct CatalogueMatch {
  const Entry* entry;
  const Function* function;
  std::vector<std::string> statements;  // of a node's lower()
};

// The copy of a view is Lazuli's view of that name.
std::optional<CatalogueMatch> match_of(const Catalogue& catalogue, const NativeFunction& function);
// "sum.dim_IntList: takes no 'out_dtype'", of a function of the same name that does not do; or
// nothing.
std::string nearest_of_same_name(const Catalogue& catalogue, const NativeFunction& function);

}  // namespace lazuli::codegen::torch
