// Where the sizes and dtypes of an operator's results come from: a meta function, the composite of
// a view's copy, or a rule that the back end's author writes; and whether the written rules are
// there.
#pragma once

#include <string>
#include <vector>

#include "codegen/torch/code.h"

namespace lazuli::codegen::torch {

enum class ShapeSource {
  meta_function,  // at::meta::add(...)
  view_copy,      // at::compositeexplicitautogradnonfunctional::view_copy(...)
  by_hand         // compute_shape_x(...)
};
ShapeSource shape_source(const NativeFunction& function);
// Why, for a reader: "structured: delegates to add.out".
std::string shape_reason(const NativeFunction& function);

// "compute_shape_logdet".
std::string shape_rule_name(const NativeFunction& function, bool takes_symint);
// "std::vector<torch::lazy::Shape> compute_shape_logdet(const at::Tensor& self);"
std::string shape_rule_declaration(const NativeFunction& function, bool takes_symint,
                                   const Options& options);

// Looks for the rules that `full_codegen` needs in the text of a header. A rule that is missing, or
// has another signature, is a problem at the operator's place in the back end's file.
void check_shape_rules(const Generation& generation, const std::string& header, Problems& problems);
// Rules of a header that nothing can call: of listed operators that have a meta function by now,
// and of names that no operator has. `file` is how problems name the header.
void find_stale_shape_rules(const Generation& generation, const std::string& header,
                            const std::string& file, Problems& problems);

}  // namespace lazuli::codegen::torch
