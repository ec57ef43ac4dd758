// Reads the schema language. A mistake is a SyntaxError with the column at fault.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "codegen/schema/types.h"

namespace lazuli::codegen {

// A mistake in one line or text of the catalogue.
class SyntaxError : public std::runtime_error {
 public:
  SyntaxError(const std::string& message, size_t position)
      : std::runtime_error(message), position_(position) {}
  size_t position() const { return position_; }  // characters from the text's start

 private:
  size_t position_;
};

namespace schema {

Schema parse(std::string_view text);
Type parse_type(std::string_view text);

}  // namespace schema
}  // namespace lazuli::codegen
