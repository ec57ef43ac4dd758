// What tests say of a module's parameters.
#pragma once

#include <string>
#include <vector>

#include "lazuli/nn/module.h"

namespace lazuli::nn {

inline std::vector<std::string> names_of(const Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.named_parameters()) names.push_back(name);
  return names;
}

}  // namespace lazuli::nn
