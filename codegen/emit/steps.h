// C++ for the steps of a formula: calls of kernel::Builder, one a line.
#pragma once

#include <string>

#include "codegen/formula/typed.h"

namespace lazuli::codegen::emit {

// What the C++ function of a scalar function's definition is called: exp, exp_f64.
std::string scalar_function_name(const std::string& scalar, formula::Type type);
// The body after the parameters are named, up to and with the return.
std::string builder_calls(const formula::Steps& steps);

}  // namespace lazuli::codegen::emit
