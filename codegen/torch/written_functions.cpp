#include "codegen/torch/written_functions.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "codegen/text.h"

namespace lazuli::codegen::torch {

WrittenFunctions::WrittenFunctions(std::vector<ScannedFunction> functions) {
  for (ScannedFunction& function : functions) {
    names_.push_back(function.name);
    functions_.emplace(names_.back(), std::move(function));
  }
}

std::string WrittenFunctions::lack_of(const std::string& name,
                                      const CppSignature& signature) const {
  std::vector<std::string> types;
  for (const CppParameter& each : signature.parameters) types.push_back(normal_type(each.type));
  const auto [first, last] = functions_.equal_range(name);
  if (first == last) return "there is none of that name" + suggestion(name, names_);
  const bool is_there = std::any_of(
      first, last, [&](const auto& function) { return function.second.parameters == types; });
  if (is_there) return "";
  return fmt::format("the one at line {} takes other arguments", first->second.line);
}

}  // namespace lazuli::codegen::torch
