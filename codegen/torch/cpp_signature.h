// C++ signatures of kernels as PyTorch's dispatcher calls them: the types that an operator's schema
// stands for. Says nothing about what a kernel does with its arguments.
#pragma once

#include <string>
#include <vector>

#include "codegen/torch/native_function.h"

namespace lazuli::codegen::torch {

struct CppParameter {
  std::string type;  // "const at::Tensor&"
  std::string name;
  const schema::Argument* argument;  // the schema's
};

struct CppSignature {
  std::string result;  // "at::Tensor", "::std::tuple<at::Tensor, at::Tensor>", "void"
  std::vector<CppParameter> parameters;

  // "const at::Tensor& self" of each parameter.
  std::vector<std::string> parameter_texts() const;
  std::vector<std::string> names() const;
  // "at::Tensor add(const at::Tensor& self, ...)"
  std::string declaration(const std::string& name) const;
};

// With `takes_symint`, SymInt is c10::SymInt, otherwise int64_t.
CppSignature signature_of(const NativeFunction& function, bool takes_symint);
// As PyTorch's C++ API calls it: "add_out" of an out variant.
std::string kernel_name(const NativeFunction& function, bool takes_symint);
// A name that no other operator has: "add_Tensor".
std::string unambiguous_name(const schema::Schema& schema);
bool has_symint(const schema::Schema& schema);

}  // namespace lazuli::codegen::torch
