#include "codegen/torch/options.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "codegen/text.h"
#include "codegen/yaml.h"

namespace lazuli::codegen::torch {
namespace {

constexpr const char* kByFirstTensor = "wraps_by_first_tensor";  // create_from_first_tensor

}  // namespace

const std::vector<SpellingKey>& spelling_keys() {
  static const std::vector<SpellingKey> keys = {
      {"namespace", "backend_namespace", &Spelling::space},
      {"header", "tensor_class_hdr", &Spelling::header},
      {"value_class", "lazy_value_class", &Spelling::value_class},
      {"node_base", "node_base", &Spelling::node_base},
      {"node_base_header", "node_base_hdr", &Spelling::node_base_header},
      {"shape_class", "", &Spelling::shape_class},
      {"record", "", &Spelling::record},
      {"tensor_value", "get_tensor_or_wrap_number", &Spelling::tensor_value},
      {"optional_value", "try_get_tensor", &Spelling::optional_value},
      {"list_value", "get_tensorlist", &Spelling::list_value},
      {"wrap", "create_tensor", &Spelling::wrap},
      {"wrap_tuple", "tuple_aten_from_ltc_tensors", &Spelling::wrap_tuple},
      {"wrap_list", "", &Spelling::wrap_list},
      {"assign", "", &Spelling::assign},
      {"assign_resized", "", &Spelling::assign_resized},
      {"device", "get_device_fn", &Spelling::device},
      {"counter", "metrics_counter", &Spelling::counter},
      {"value_of_handle", "lazy_tensor_ptr", &Spelling::value_of_handle},
      {"to_tensor", "create_aten_from_ltc_tensor", &Spelling::to_tensor},
  };
  return keys;
}

void read_spelling(const std::string& path, Spelling& spelling, Problems& problems) {
  const std::string file = std::filesystem::path(path).filename().string();
  try {
    const std::vector<Yaml> documents = read_yaml(path);
    if (documents.size() != 1 || documents[0].form != Yaml::Form::map) {
      problems.add({file, 1}, "", "need one map of spellings");
      return;
    }
    const Yaml& map = documents[0];
    for (size_t i = 0; i < map.keys.size(); ++i) {
      const std::string& key = map.keys[i];
      const Yaml& value = map.items[i];
      const Position where{file, value.line};
      if (value.form != Yaml::Form::text || value.text.empty()) {
        problems.add(where, "", fmt::format("need a word for '{}'", key));
        continue;
      }
      if (key == kByFirstTensor) {
        if (value.text != "true" && value.text != "false") {
          problems.add(where, "",
                       fmt::format("need true or false for '{}'; got '{}'", key, value.text));
        }
        spelling.wraps_by_first_tensor = value.text == "true";
        continue;
      }
      std::vector<std::string> known = {kByFirstTensor};
      bool is_known = false;
      for (const SpellingKey& each : spelling_keys()) {
        known.push_back(each.key);
        if (each.key != key) continue;
        spelling.*each.member = value.text;
        is_known = true;
      }
      if (!is_known) problems.add(where, "", "unknown key '" + key + "'" + suggestion(key, known));
    }
  } catch (const YamlError& error) {
    problems.add({file, error.line()}, "", error.what());
  }
}

}  // namespace lazuli::codegen::torch
