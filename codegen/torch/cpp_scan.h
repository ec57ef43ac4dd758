// Finds functions in C++ text by their names, without a compiler: enough to see whether a kernel or
// a shape rule is there and takes what it should. Comments, strings and preprocessor lines are
// skipped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lazuli::codegen::torch {

struct ScannedFunction {
  std::string scope;  // "Class" of Class::name
  std::string name;
  std::vector<std::string> parameters;  // types, normalised as by `normal_type`; no names
  bool is_definition = false;           // a body follows
  int line = 0;
};

// Every name that parentheses follow and that is declared or defined there, but calls.
std::vector<ScannedFunction> scan_functions(std::string_view text);

// A type without what may differ between two spellings of it: "const at::Tensor &" is
// "constat::Tensor&",
// "::std::optional<T>" and "c10::optional<T>" are "optional<T>".
std::string normal_type(std::string_view type);

}  // namespace lazuli::codegen::torch
