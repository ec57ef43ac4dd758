// The check of a caller's argument, told with the line of the call:
//   LZ_CHECK_AT(condition, ValueError, at, "op: need {}; got {}", a, b)
// Not for public headers.
#pragma once

#include "lazuli/base/check.h"
#include "lazuli/base/source_location.h"

namespace lazuli {

// A mistake's text with the line of the call. It begins with the function that the user called:
// "linear: matmul: need ..." where another one, which that is made of, found it.
std::string told_at(const std::string& text, const SourceLocation& at);

}  // namespace lazuli

#define LZ_CHECK_AT(condition, Kind, at, ...)                                     \
  do {                                                                            \
    if (!(condition)) [[unlikely]]                                                \
      throw ::lazuli::Kind(::lazuli::told_at(::lazuli::format(__VA_ARGS__), at)); \
  } while (false)
