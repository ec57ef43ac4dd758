// The outputs of the generator: one function a file, text from the catalogue and nothing else, so
// that equal catalogues give equal files.
#pragma once

#include <string>
#include <vector>

#include "codegen/catalogue/entry.h"

namespace lazuli::codegen::emit {

std::string kinds_header(const Catalogue& catalogue);      // lazuli/op/kinds.gen.h
std::string traits_source(const Catalogue& catalogue);     // lazuli/op/traits.gen.cpp
std::string formulas_source(const Catalogue& catalogue);   // lazuli/op/formulas.gen.cpp
std::string scalars_header(const Catalogue& catalogue);    // lazuli/op/scalars.gen.h
std::string scalars_source(const Catalogue& catalogue);    // lazuli/op/scalars.gen.cpp

// One file below the output folder.
struct Output {
  const char* path;
  std::string (*text)(const Catalogue& catalogue);
};
// Every file that `emit` writes (emit/outputs.cpp).
std::vector<Output> outputs();

}  // namespace lazuli::codegen::emit
