// C++ for the steps of a formula: calls of kernel::Builder, one a line.
#pragma once

#include <string>

#include "codegen/formula/typed.h"

namespace lazuli::codegen::emit {

const char* kernel_type_name(formula::Type type);
// The body after the parameters are named, up to and with the return.
std::string builder_calls(const formula::Steps& steps);

}  // namespace lazuli::codegen::emit
