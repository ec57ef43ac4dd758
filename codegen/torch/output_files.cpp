#include "codegen/torch/emit.h"

namespace lazuli::codegen::torch {

std::vector<OutputFile> output_files(const Generation& generation) {
  const Backend& backend = generation.backend;
  std::vector<OutputFile> files = {
      {backend.key + "NativeFunctions.h", declarations_header(generation)},
      {backend.key + "NativeFunctions.cpp", kernels_source(generation)},
      {"Register" + backend.key + ".cpp", registrations_source(generation, false)},
      {"LazyIr.h", nodes_header(generation)},
      {"LazyNonNativeIr.h", non_native_nodes_header(generation)},
  };
  if (!backend.autograd.empty()) {
    files.push_back(
        {"Register" + backend.autograd_key() + ".cpp", registrations_source(generation, true)});
  }
  if (generation.lowerings) files.push_back({"LazyLowerings.cpp", lowerings_source(generation)});
  return files;
}

}  // namespace lazuli::codegen::torch
