// Small helpers over text that more than one part of the generator needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lazuli::codegen {

// " (did you mean 'sigmoid'?)", or nothing when no candidate is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

// A word of the user's in a message: in quotes, its first 60 bytes, control characters as '?'.
std::string quoted(std::string_view text);

std::string joined(const std::vector<std::string>& words, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);
std::string trimmed(std::string_view text);

// Words put in lines of at most `width` characters, each after `indent`.
std::string wrapped(std::string_view text, std::string_view indent, size_t width = 100);

}  // namespace lazuli::codegen
