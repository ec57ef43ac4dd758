// How an argument's default is written, and for which types. Knows nothing of its value.
#pragma once

#include <cstddef>
#include <string_view>

#include "codegen/schema/types.h"

namespace lazuli::codegen::schema {

// The length of the default that the text begins with: a string in quotes, a list or a word; 0
// where none begins or one has no end.
size_t default_length(std::string_view text);

// Whether an argument of the type can have the default. The words of a ScalarType, a Layout and
// their like are PyTorch's own and not looked up.
bool is_default_of(const Type& type, std::string_view text);

}  // namespace lazuli::codegen::schema
