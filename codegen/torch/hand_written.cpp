#include "codegen/torch/hand_written.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "codegen/text.h"
#include "codegen/torch/cpp_scan.h"
#include "codegen/torch/cpp_signature.h"

namespace lazuli::codegen::torch {

void check_hand_written(const Generation& generation, const std::string& text, Problems& problems) {
  const Backend& backend = generation.backend;
  std::multimap<std::string, ScannedFunction> kernels;
  std::vector<std::string> names;
  for (ScannedFunction& function : scan_functions(text)) {
    if (function.scope != backend.class_name || !function.is_definition) continue;
    names.push_back(function.name);
    kernels.emplace(function.name, std::move(function));
  }
  for (const std::vector<Listed>* list : {&backend.supported, &backend.autograd}) {
    for (const Listed& each : *list) {
      const bool takes_symint = backend.takes_symint(*each.function);
      const std::string name = kernel_name(*each.function, takes_symint);
      const CppSignature signature = signature_of(*each.function, takes_symint);
      std::vector<std::string> types;
      for (const CppParameter& parameter : signature.parameters) {
        types.push_back(normal_type(parameter.type));
      }
      const auto [first, last] = kernels.equal_range(name);
      if (std::any_of(first, last,
                      [&](const auto& kernel) { return kernel.second.parameters == types; })) {
        continue;
      }
      const std::string found =
          first == last
              ? "there is none of that name" + suggestion(name, names)
              : fmt::format("the one at line {} takes other arguments", first->second.line);
      problems.add(each.where, each.function->name,
                   fmt::format("need the kernel '{}'; {}",
                               signature.declaration(backend.class_name + "::" + name), found));
    }
  }
}

}  // namespace lazuli::codegen::torch
