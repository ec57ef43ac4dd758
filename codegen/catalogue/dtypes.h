// How the catalogue spells dtypes: each by its own name, or several by that of their group.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codegen/formula/typed.h"
#include "lazuli/core/dtype.h"

namespace lazuli::codegen {

// What a word names: those of the groups `float` and `int`, or one; nothing for any other word.
std::vector<DType> dtypes_named(std::string_view word);
// Every word that names some.
std::vector<std::string> dtype_words();
// "float", "int" or "bool".
std::string_view group_of(DType dtype);
// "float, i64": groups where they are whole.
std::string text_of(const std::vector<DType>& dtypes);

// The kernel type that formulas compute a dtype in.
formula::Type type_of(DType dtype);

}  // namespace lazuli::codegen
