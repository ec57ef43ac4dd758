// Any bytes are YAML within bounds or a mistake at one of their lines.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codegen/yaml.h"

namespace {

using lazuli::codegen::Yaml;

void require(bool holds) {
  if (!holds) std::abort();
}

// Counts what is there and looks at each line.
size_t checked(const Yaml& node, int lines, size_t depth) {
  require(node.line >= 1 && node.line <= lines);
  require(node.form == Yaml::Form::text || (node.text.empty() && !node.is_quoted));
  require(node.form == Yaml::Form::list || node.keys.size() == node.items.size());
  require(node.keys.size() == node.key_lines.size());
  for (const int line : node.key_lines) require(line >= 1 && line <= lines);
  if (node.form == Yaml::Form::map || node.form == Yaml::Form::list) ++depth;
  require(depth <= lazuli::codegen::kMaxYamlDepth);
  size_t count = 1 + node.keys.size();
  for (const Yaml& item : node.items) count += checked(item, lines, depth);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // No line ends without one of the bytes that end YAML's breaks; the text's end is on one of its
  // own.
  const int lines = 2 + static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
                      return c == '\n' || c == '\r' || c == '\x85' || c == '\xA8' || c == '\xA9';
                    }));
  try {
    size_t count = 0;
    for (const Yaml& document : lazuli::codegen::parse_yaml(text)) {
      require(document.form != Yaml::Form::nothing);
      count += checked(document, lines, 0);
    }
    require(count <= lazuli::codegen::kMaxYamlNodes);
  } catch (const lazuli::codegen::YamlError& error) {
    require(error.line() >= 1 && error.line() <= lines);
  }
  return 0;
}
