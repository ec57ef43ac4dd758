#include <fmt/core.h>

#include <map>

#include "codegen/torch/cpp_signature.h"
#include "codegen/torch/emit.h"

namespace lazuli::codegen::torch {

std::string declarations_header(const Generation& generation) {
  const Backend& backend = generation.backend;
  // By declaration: kernels that two operators share are declared once, under both schemas.
  std::map<std::string, std::string> declarations;
  for (const std::vector<Listed>* list :
       {&backend.full_codegen, &backend.supported, &backend.autograd}) {
    for (const Listed& each : *list) {
      const bool takes_symint = backend.takes_symint(*each.function);
      const CppSignature signature = signature_of(*each.function, takes_symint);
      const std::string name = kernel_name(*each.function, takes_symint);
      const std::string declaration = packed("  static " + signature.result + " " + name + "(",
                                             signature.parameter_texts(), ");");
      declarations[name + " " + declaration] += schema_comment(each.function->schema, "  ");
    }
  }
  std::string text = banner(generation, "The kernels of the device.");
  text += "#pragma once\n\n#include <ATen/Tensor.h>\n\n";
  text +=
      fmt::format("namespace {} {{\n\nstruct {} {{\n", backend.cpp_namespace, backend.class_name);
  for (const auto& [key, schemas] : declarations) {
    text += schemas + key.substr(key.find(' ') + 1);
  }
  text += "};\n\n";
  return text + close_namespace(generation);
}

}  // namespace lazuli::codegen::torch
