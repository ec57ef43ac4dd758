// Where in the user's program an operation was called.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>

namespace lazuli {

// Points into the program's static strings, so it is copied freely and never dangles.
struct SourceLocation {
  const char* file = nullptr;
  uint32_t line = 0;

  constexpr SourceLocation() = default;
  constexpr SourceLocation(const std::source_location& at)  // NOLINT: an implicit carrier
      : file(at.file_name()), line(at.line()) {}
  explicit operator bool() const { return file != nullptr; }
};

// "file:line", or "unknown line".
std::string to_string(const SourceLocation& at);

}  // namespace lazuli
