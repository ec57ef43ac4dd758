// The check of a caller's argument, told with the line of the call:
//   LZ_CHECK_AT(condition, ValueError, at, "op: need {}; got {}", a, b)
// Not for public headers.
#pragma once

#include "lazuli/base/check.h"
#include "lazuli/base/source_location.h"

#define LZ_CHECK_AT(condition, Kind, at, ...)                                                      \
  do {                                                                                             \
    if (!(condition)) [[unlikely]]                                                                 \
      throw ::lazuli::Kind(                                                                        \
          ::lazuli::format("{} (at {})", ::lazuli::format(__VA_ARGS__), ::lazuli::to_string(at))); \
  } while (false)
