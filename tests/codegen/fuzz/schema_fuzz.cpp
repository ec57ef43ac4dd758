// Any text is a schema that its print repeats, or a mistake at one of its columns.
#include <cstdint>
#include <cstdlib>

#include "codegen/schema/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace schema = lazuli::codegen::schema;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  schema::Schema read;
  try {
    read = schema::parse(text);
  } catch (const lazuli::codegen::SyntaxError& error) {
    if (error.position() > size) std::abort();
    return 0;
  }
  const std::string printed = to_string(read);
  if (schema::parse(printed) != read) std::abort();
  if (to_string(schema::parse(printed)) != printed) std::abort();
  return 0;
}
