// YAML as plain data with line numbers: the one door to libyaml. Reads the part of the language
// that catalogues need, and refuses the rest by name: anchors, aliases, tags, directives, keys that
// are not words, a key twice in one map. Knows no key and no number or boolean: a reader of `no`
// decides what it means.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lazuli::codegen {

struct Yaml {
  enum class Form { nothing, text, list, map };  // nothing: no value, `~` or `null`, not in quotes
  Form form = Form::nothing;
  bool is_quoted = false;         // text in quotes or a block: a string, whatever it looks like
  int line = 0;                   // of its first character, from 1
  std::string text;               // of Form::text
  std::vector<Yaml> items;        // of a list or, beside keys, of a map
  std::vector<std::string> keys;  // of a map
  std::vector<int> key_lines;     // beside keys

  const Yaml* find(std::string_view key) const;
};

// What a text may hold, copies included, so that memory and time stay bounded whoever wrote it.
inline constexpr size_t kMaxYamlBytes = 16 << 20;
inline constexpr size_t kMaxYamlNodes = 1 << 20;  // items and keys, of all documents
inline constexpr size_t kMaxYamlDepth = 64;       // lists and maps within each other

class YamlError : public std::runtime_error {
 public:
  YamlError(int line, const std::string& message) : std::runtime_error(message), line_(line) {}
  int line() const { return line_; }  // from 1; 0 for the file as a whole

 private:
  int line_;
};

// The documents of a text in UTF-8, without those that hold nothing. A mistake is a YamlError.
std::vector<Yaml> parse_yaml(std::string_view text);
std::vector<Yaml> read_yaml(const std::string& path);

}  // namespace lazuli::codegen
