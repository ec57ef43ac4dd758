// Which of a back end's operators Lazuli has: the table of `lazuli-gen torch --coverage`, and those
// that it lacks.
#pragma once

#include <string>
#include <vector>

#include "codegen/torch/backend.h"
#include "codegen/torch/lowering.h"

namespace lazuli::codegen::torch {

// The operators that a back end's lists name, each once, in their order.
std::vector<const NativeFunction*> listed_operators(const Backend& backend);

// One line an operator: its name, recorded, composed or missing, and by what, or what is nearest;
// then the totals.
std::string coverage_text(const Lowerings& lowerings,
                          const std::vector<const NativeFunction*>& functions);

// The operators of `full_codegen` whose nodes get no lower(), one problem each.
Problems missing_operators(const Lowerings& lowerings, const Backend& backend);

}  // namespace lazuli::codegen::torch
