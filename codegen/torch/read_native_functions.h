// Reads native_functions.yaml and tags.yaml. All mistakes are told at once.
#pragma once

#include <string>

#include "codegen/problems.h"
#include "codegen/torch/native_function.h"

namespace lazuli::codegen::torch {

// The operators that stand in the file, in its order. `tags_path` names the words that `tags` may
// use; empty: any. With problems, what could be read.
NativeFunctions read_native_functions(const std::string& path, const std::string& tags_path,
                                      Problems& problems);

}  // namespace lazuli::codegen::torch
