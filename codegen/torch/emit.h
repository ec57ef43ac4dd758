// The files that `lazuli-gen torch` writes: one function a file, text from what was read and
// nothing else, so that equal inputs give equal files.
#pragma once

#include "codegen/files.h"
#include "codegen/torch/code.h"

namespace lazuli::codegen::torch {

std::string declarations_header(const Generation& generation);  // <Key>NativeFunctions.h
std::string kernels_source(const Generation& generation);       // <Key>NativeFunctions.cpp
// Register<Key>.cpp; with `is_autograd` RegisterAutograd<Key>.cpp.
std::string registrations_source(const Generation& generation, bool is_autograd);
std::string nodes_header(const Generation& generation);             // LazyIr.h
std::string non_native_nodes_header(const Generation& generation);  // LazyNonNativeIr.h
std::string lowerings_source(const Generation& generation);         // LazyLowerings.cpp

// Parts of those files, for `show`.
std::string kernel(const Generation& generation, const NativeFunction& function);
std::string node_class(const Generation& generation, const schema::Schema& schema);
// The function lower() of an operator's node, a statement that does not fit going on in the next
// line; nothing where Lazuli lacks the operator. Needs `lowerings`.
std::string lowering_definition(const Generation& generation, const NativeFunction& function);
// The variants that a key gets beside the listed operators: those that call a listed functional
// one.
std::vector<const NativeFunction*> derived_variants(const Generation& generation, bool is_autograd);

std::vector<OutputFile> output_files(const Generation& generation);

}  // namespace lazuli::codegen::torch
