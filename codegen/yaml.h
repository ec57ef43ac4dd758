// YAML as plain data with line numbers: the one door to yaml-cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lazuli::codegen {

struct Yaml {
  enum class Form { nothing, text, list, map };
  Form form = Form::nothing;
  int line = 0;                   // from 1
  std::string text;               // of Form::text
  std::vector<Yaml> items;        // of a list or, beside keys, of a map
  std::vector<std::string> keys;  // of a map, as written

  const Yaml* find(std::string_view key) const;
};

// The documents of a file. Throws std::runtime_error "12: ..." with the line at fault.
std::vector<Yaml> read_yaml(const std::string& path);

}  // namespace lazuli::codegen
