// What can be wrong with a back end whose file is well-formed: lists that contradict each other,
// and operators that cannot be generated as they are listed.
#pragma once

#include "codegen/torch/backend.h"

namespace lazuli::codegen::torch {

void check_backend(const Backend& backend, const NativeFunctions& functions,
                   const Families& families, Problems& problems);

// Why `full_codegen` cannot express an operator; empty if it can.
std::string objection_to_kernel(const NativeFunction& function);
// Why there can be no node for a schema: an argument of a type that nodes do not hold.
std::string objection_to_node(const schema::Schema& schema);

}  // namespace lazuli::codegen::torch
