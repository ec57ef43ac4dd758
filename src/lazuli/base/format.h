// Text from values: the one door to {fmt}. Not for public headers.
#pragma once

#include <fmt/core.h>

#include <string>

namespace lazuli {

using fmt::format;

}  // namespace lazuli
