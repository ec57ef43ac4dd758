#include "codegen/torch/hand_written.h"

#include <fmt/core.h>

#include <utility>

#include "codegen/torch/written_functions.h"

namespace lazuli::codegen::torch {

void check_hand_written(const Generation& generation, const std::string& text, Problems& problems) {
  const Backend& backend = generation.backend;
  std::vector<ScannedFunction> functions = scan_functions(text);
  std::erase_if(functions, [&](const ScannedFunction& each) {
    return each.scope != backend.class_name || !each.is_definition;
  });
  const WrittenFunctions kernels(std::move(functions));
  for (const std::vector<Listed>* list : {&backend.supported, &backend.autograd}) {
    for (const Listed& each : *list) {
      const bool takes_symint = backend.takes_symint(*each.function);
      const std::string name = kernel_name(*each.function, takes_symint);
      const CppSignature signature = signature_of(*each.function, takes_symint);
      const std::string lack = kernels.lack_of(name, signature);
      if (lack.empty()) continue;
      problems.add(each.where, each.function->name,
                   fmt::format("need the kernel '{}'; {}",
                               signature.declaration(backend.class_name + "::" + name), lack));
    }
  }
}

}  // namespace lazuli::codegen::torch
