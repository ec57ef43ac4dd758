// The outputs of the generator: one function a file, text from the catalogue and nothing else, so
// that equal catalogues give equal files.
#pragma once

#include <string>
#include <vector>

#include "codegen/catalogue/entry.h"

namespace lazuli::codegen::emit {

std::string kinds_header(const Catalogue& catalogue);      // lazuli/op/kinds.gen.h
std::string traits_source(const Catalogue& catalogue);     // lazuli/op/traits.gen.cpp
std::string names_header(const Catalogue& catalogue);      // lazuli/op/function_names.gen.h
std::string formulas_source(const Catalogue& catalogue);   // lazuli/op/formulas.gen.cpp
std::string scalars_header(const Catalogue& catalogue);    // lazuli/op/scalars.gen.h
std::string scalars_source(const Catalogue& catalogue);    // lazuli/op/scalars.gen.cpp
std::string functions_header(const Catalogue& catalogue);  // lazuli/functions/functions.gen.h
std::string functions_source(const Catalogue& catalogue);  // lazuli/functions/functions.gen.cpp
std::string methods_header(const Catalogue& catalogue);    // lazuli/functions/methods.gen.h
std::string gradients_source(const Catalogue& catalogue);  // lazuli/functions/gradients.gen.cpp
std::string scalar_cases(const Catalogue& catalogue);      // tests/scalars/scalar_cases.gen.cpp
// tests/operators/operator_cases.gen.cpp
std::string operator_cases(const Catalogue& catalogue);

std::string operators_page(const Catalogue& catalogue);         // docs/operators.md
std::string python_bindings(const Catalogue& catalogue);        // python/functions.gen.cpp
std::string python_dtypes_stub(const Catalogue& catalogue);     // python/dtypes.gen.pyi
std::string python_functions_stub(const Catalogue& catalogue);  // python/functions.gen.pyi
std::string python_methods_stub(const Catalogue& catalogue);    // python/methods.gen.pyi
std::string python_cases(const Catalogue& catalogue);           // tests/python/operators.gen.json

// Parts of those files, for `show`.
std::string formula_functions(const Catalogue& catalogue, const Entry& entry);
std::string scalar_functions(const Catalogue& catalogue, const ScalarFunction& scalar);
std::string function_definitions(const Catalogue& catalogue, const Entry& entry);
std::string gradient_function(const Catalogue& catalogue, const Entry& entry);

// One file below the output folder.
struct Output {
  const char* path;
  std::string (*text)(const Catalogue& catalogue);
};
// Every file that `emit` writes.
std::vector<Output> outputs();
// Writes them all; a file whose content is the same is left alone. Gives how many were written.
int write_outputs(const Catalogue& catalogue, const std::string& folder);

// Everything that one operator or scalar function produces. Empty if there is none of that name.
std::string show(const Catalogue& catalogue, const std::string& name);

// The first lines of a generated file.
std::string banner(const std::string& purpose);

}  // namespace lazuli::codegen::emit
