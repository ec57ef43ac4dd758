#include "lazuli/base/source_location.h"

#include "lazuli/base/format.h"

namespace lazuli {

std::string to_string(const SourceLocation& at) {
  return at ? format("{}:{}", at.file, at.line) : std::string("unknown line");
}

}  // namespace lazuli
