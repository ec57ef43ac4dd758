#include "codegen/yaml.h"

#include <yaml-cpp/yaml.h>

#include <stdexcept>

namespace lazuli::codegen {
namespace {

Yaml copied(const YAML::Node& node) {
  Yaml result;
  result.line = node.Mark().line + 1;
  if (node.IsScalar()) {
    result.form = Yaml::Form::text;
    result.text = node.Scalar();
  } else if (node.IsSequence()) {
    result.form = Yaml::Form::list;
    for (const YAML::Node& item : node) result.items.push_back(copied(item));
  } else if (node.IsMap()) {
    result.form = Yaml::Form::map;
    for (const auto& pair : node) {
      result.keys.push_back(pair.first.Scalar());
      result.items.push_back(copied(pair.second));
    }
  }
  return result;
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

std::vector<Yaml> read_yaml(const std::string& path) {
  try {
    std::vector<Yaml> result;
    for (const YAML::Node& document : YAML::LoadAllFromFile(path)) {
      if (!document.IsNull()) result.push_back(copied(document));
    }
    return result;
  } catch (const YAML::Exception& error) {
    throw std::runtime_error(std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

}  // namespace lazuli::codegen
