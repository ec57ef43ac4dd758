// Functions that a back end's author has written, as C++ text has them: whether one of a name takes
// what it should. Shape rules and kernels are looked for alike.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codegen/torch/cpp_scan.h"
#include "codegen/torch/cpp_signature.h"

namespace lazuli::codegen::torch {

class WrittenFunctions {
 public:
  explicit WrittenFunctions(std::vector<ScannedFunction> functions);

  const std::multimap<std::string, ScannedFunction>& all() const { return functions_; }
  // Empty where there is a function of that name and those parameters, else what there is instead:
  // "there is none of that name (did you mean 'x'?)".
  std::string lack_of(const std::string& name, const CppSignature& signature) const;

 private:
  std::multimap<std::string, ScannedFunction> functions_;
  std::vector<std::string> names_;  // in the order of the text
};

}  // namespace lazuli::codegen::torch
