// The two checks of the code base. Arguments are formatted only when a check fails.
//   LZ_CHECK(condition, ValueError, "op: need {}; got {}", a, b)   a caller's mistake
//   LZ_ASSERT(condition, "text {}", a)                             a broken contract of ours
#pragma once

#include "lazuli/base/error.h"
#include "lazuli/base/format.h"

namespace lazuli {

[[noreturn]] void throw_internal_error(const char* condition, const char* file, int line,
                                       const std::string& text);

}  // namespace lazuli

#define LZ_CHECK(condition, Kind, ...)                     \
  do {                                                     \
    if (!(condition)) [[unlikely]]                         \
      throw ::lazuli::Kind(::lazuli::format(__VA_ARGS__)); \
  } while (false)

#define LZ_ASSERT(condition, ...)                                    \
  do {                                                               \
    if (!(condition)) [[unlikely]]                                   \
      ::lazuli::throw_internal_error(#condition, __FILE__, __LINE__, \
                                     ::lazuli::format(__VA_ARGS__)); \
  } while (false)
