// Where in the user's program a function was called, and which. Knows no function's name.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>

namespace lazuli {

// Points into the program's static strings, so it is copied freely and never dangles.
struct SourceLocation {
  const char* file = nullptr;
  uint32_t line = 0;
  uint32_t function = 0;  // an op::Function; 0: none that has a name

  constexpr SourceLocation() = default;
  constexpr SourceLocation(const std::source_location& at,  // NOLINT: an implicit carrier
                           uint32_t called = 0)
      : file(at.file_name()), line(at.line()), function(called) {}
  explicit operator bool() const { return file != nullptr; }
};

// "file:line", or "unknown line".
std::string to_string(const SourceLocation& at);

}  // namespace lazuli
