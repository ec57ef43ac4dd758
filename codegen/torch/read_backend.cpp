#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>

#include "codegen/schema/parser.h"
#include "codegen/text.h"
#include "codegen/torch/backend.h"
#include "codegen/torch/check_backend.h"
#include "codegen/yaml.h"

namespace lazuli::codegen::torch {
namespace {

const std::vector<std::string> kKeys = {
    "backend",      "cpp_namespace", "class_name", "extra_headers", "use_out_as_primary",
    "device_guard", "full_codegen",  "supported",  "ir_gen",        "autograd",
    "symint",       "non_native"};
const std::vector<std::string> kNonNativeKeys = {"func", "opkind", "properties"};
// TreatScalarsAsConstants holds for every node here: numbers are attributes, never values.
const std::vector<std::string> kProperties = {"ShapePrecompute",     "ShapeCompute",
                                              "ShapeCache",          "Lower",
                                              "LowerDeclOnly",       "CanBeReused",
                                              "CanBeReusedDeclOnly", "CreateFn",
                                              "CreateFnDeclOnly",    "TreatScalarsAsConstants"};

bool is_word(std::string_view text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// "a::b": words joined by colons.
bool is_namespace(const std::string& text) {
  size_t start = 0;
  while (true) {
    const size_t end = text.find("::", start);
    if (!is_word(std::string_view(text).substr(start, end == text.npos ? end : end - start))) {
      return false;
    }
    if (end == text.npos) return true;
    start = end + 2;
  }
}

class Reader {
 public:
  Reader(const Yaml& yaml, const std::string& file, const NativeFunctions& functions,
         Problems& problems)
      : yaml_(yaml), functions_(functions), problems_(problems) {
    backend_.file = file;
  }

  Backend read() {
    for (size_t i = 0; i < yaml_.keys.size(); ++i) {
      const std::string& key = yaml_.keys[i];
      if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
      problem(yaml_.items[i], "",
              "unknown key '" + key + "'" + suggestion(key, kKeys) + "; there are " +
                  joined(kKeys, ", "));
    }
    read_names();
    backend_.uses_out_as_primary = flag("use_out_as_primary");
    backend_.has_device_guard = flag("device_guard");
    backend_.extra_headers = read_headers();
    backend_.full_codegen = operators("full_codegen", false);
    backend_.supported = operators("supported", true);
    backend_.ir_gen = operators("ir_gen", false);
    backend_.autograd = operators("autograd", false);
    backend_.symint = operators("symint", true);
    read_non_native();
    return std::move(backend_);
  }

 private:
  void problem(const Yaml& at, const std::string& subject, const std::string& message) {
    problems_.add({backend_.file, at.line}, subject, message);
  }

  void problem_at_key(const std::string& key, const std::string& message) {
    const auto place = std::find(yaml_.keys.begin(), yaml_.keys.end(), key);
    const int line = yaml_.key_lines[static_cast<size_t>(place - yaml_.keys.begin())];
    problems_.add({backend_.file, line}, "", message);
  }

  // A key's word; empty, and a problem where it is needed, if there is none.
  std::string word(const char* key, bool is_needed) {
    const Yaml* value = yaml_.find(key);
    if (value && value->form != Yaml::Form::text && value->form != Yaml::Form::nothing) {
      problem(*value, "", fmt::format("need a word for '{}'", key));
      return "";
    }
    const std::string text = value ? trimmed(value->text) : "";
    if (text.empty() && (is_needed || value)) {
      problem(value ? *value : yaml_, "", fmt::format("need '{}', a word", key));
    }
    return text;
  }

  void read_names() {
    backend_.key = word("backend", true);
    const Yaml* key = yaml_.find("backend");
    backend_.key_where = {backend_.file, key ? key->line : yaml_.line};
    if (!backend_.key.empty() && !is_dispatch_key(backend_.key)) {
      problem(*yaml_.find("backend"), "",
              "no dispatch key '" + backend_.key + "'" + nearest_dispatch_key(backend_.key));
    } else if (yaml_.find("autograd") && !backend_.key.empty() &&
               !is_dispatch_key(backend_.autograd_key())) {
      problem_at_key("autograd", "'" + backend_.key + "' has no autograd key: no dispatch key '" +
                                     backend_.autograd_key() + "'");
    }
    backend_.cpp_namespace = word("cpp_namespace", true);
    if (!backend_.cpp_namespace.empty() && !is_namespace(backend_.cpp_namespace)) {
      problem(*yaml_.find("cpp_namespace"), "",
              "need a namespace such as 'vendor::device'; got '" + backend_.cpp_namespace + "'");
    }
    backend_.class_name = word("class_name", false);
    if (backend_.class_name.empty()) backend_.class_name = backend_.key + "NativeFunctions";
    if (!is_word(backend_.class_name) && yaml_.find("class_name")) {
      problem(*yaml_.find("class_name"), "",
              "need the name of a class; got '" + backend_.class_name + "'");
    }
  }

  bool flag(const char* key) {
    const Yaml* value = yaml_.find(key);
    if (!value) return false;
    std::string text = value->text;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (text != "true" && text != "false") {
      problem(*value, "", fmt::format("need true or false for '{}'; got '{}'", key, value->text));
    }
    return text == "true";
  }

  // The items of a list; a problem for anything else, and for nothing where that is no list.
  const std::vector<Yaml>& items(const char* key, bool may_be_empty) {
    static const std::vector<Yaml> kNone;
    const Yaml* value = yaml_.find(key);
    if (!value) return kNone;
    if (value->form == Yaml::Form::list && !value->items.empty()) return value->items;
    const bool is_empty = value->form == Yaml::Form::nothing || value->form == Yaml::Form::list;
    if (!is_empty) {
      problem(*value, "", fmt::format("need a list for '{}'", key));
    } else if (!may_be_empty) {
      problem_at_key(key,
                     fmt::format("need a list for '{}'; got nothing (leave the key out)", key));
    }
    return kNone;
  }

  std::vector<Listed> operators(const char* key, bool may_be_empty) {
    std::vector<Listed> result;
    std::map<std::string, int> lines;
    for (const Yaml& item : items(key, may_be_empty)) {
      if (item.form != Yaml::Form::text) {
        problem(item, "", fmt::format("need the name of an operator in '{}'", key));
        continue;
      }
      const auto [place, is_new] = lines.emplace(item.text, item.line);
      if (!is_new) {
        problem(item, item.text,
                fmt::format("stands already in '{}', at line {}", key, place->second));
        continue;
      }
      const NativeFunction* function = functions_.find(item.text);
      if (!function) {
        problem(
            item, item.text,
            fmt::format("no such operator, named in '{}'{}", key, functions_.nearest(item.text)));
        continue;
      }
      result.push_back({{backend_.file, item.line}, function});
    }
    return result;
  }

  std::vector<std::string> read_headers() {
    std::vector<std::string> result;
    for (const Yaml& item : items("extra_headers", false)) {
      const std::string text = trimmed(item.text);
      if (item.form != Yaml::Form::text || text.empty()) {
        problem(item, "", "need the path of a header in 'extra_headers'");
        continue;
      }
      const bool is_delimited = text.size() > 2 && ((text.front() == '<' && text.back() == '>') ||
                                                    (text.front() == '"' && text.back() == '"'));
      if (text.find_first_of("\n#") != text.npos ||
          (!is_delimited && text.find_first_of("<>\"") != text.npos)) {
        problem(item, "",
                "need the path of a header, such as <vendor/device.h>; got '" + text + "'");
        continue;
      }
      result.push_back(is_delimited ? text : "\"" + text + "\"");
    }
    return result;
  }

  void read_non_native() {
    for (const Yaml& item : items("non_native", false)) {
      if (item.form != Yaml::Form::map) {
        problem(item, "", "need a map with 'func' in 'non_native'");
        continue;
      }
      for (size_t i = 0; i < item.keys.size(); ++i) {
        const std::string& key = item.keys[i];
        if (std::find(kNonNativeKeys.begin(), kNonNativeKeys.end(), key) == kNonNativeKeys.end()) {
          problem(item.items[i], "",
                  "unknown key '" + key + "' in 'non_native'" + suggestion(key, kNonNativeKeys));
        }
      }
      NonNative entry;
      entry.where = {backend_.file, item.line};
      const Yaml* func = item.find("func");
      if (!func || func->form != Yaml::Form::text) {
        problem(item, "", "need 'func', a schema, in 'non_native'");
        continue;
      }
      try {
        entry.schema = schema::parse(func->text);
      } catch (const SyntaxError& error) {
        problem(*func, func->text.substr(0, func->text.find('(')), error.what());
        continue;
      }
      if (const Yaml* kind = item.find("opkind")) entry.op_kind = kind->text;
      if (const Yaml* properties = item.find("properties")) {
        read_properties(*properties, entry);
      }
      backend_.non_native.push_back(entry);
    }
  }

  void read_properties(const Yaml& list, NonNative& entry) {
    const std::string name = entry.schema.full_name();
    if (list.form != Yaml::Form::list) return problem(list, name, "need a list for 'properties'");
    NodeProperties& properties = entry.properties;
    for (const Yaml& item : list.items) {
      const std::string& word = item.text;
      if (std::find(kProperties.begin(), kProperties.end(), word) == kProperties.end()) {
        problem(item, name, "unknown property '" + word + "'" + suggestion(word, kProperties));
      }
      if (word == "ShapePrecompute") properties.shape = NodeProperties::Shape::given;
      if (word == "ShapeCompute") properties.shape = NodeProperties::Shape::computed;
      if (word == "ShapeCache") properties.shape = NodeProperties::Shape::cached;
      if (word == "Lower" || word == "LowerDeclOnly") {
        properties.declares_lower = word == "LowerDeclOnly";
      }
      if (word == "CanBeReused" || word == "CanBeReusedDeclOnly") {
        properties.defines_reuse = word == "CanBeReused";
      }
      if (word == "CreateFn" || word == "CreateFnDeclOnly") {
        properties.defines_create = word == "CreateFn";
        properties.declares_create = word == "CreateFnDeclOnly";
      }
    }
  }

  const Yaml& yaml_;
  const NativeFunctions& functions_;
  Problems& problems_;
  Backend backend_;
};

}  // namespace

Backend read_backend(const std::string& path, const NativeFunctions& functions,
                     const Families& families, Problems& problems) {
  const std::string file = std::filesystem::path(path).filename().string();
  try {
    const std::vector<Yaml> documents = read_yaml(path);
    if (documents.size() != 1 || documents[0].form != Yaml::Form::map) {
      problems.add({file, 1}, "", "need one map, with 'backend' and 'cpp_namespace'");
      return {};
    }
    Backend backend = Reader(documents[0], file, functions, problems).read();
    check_backend(backend, functions, families, problems);
    return backend;
  } catch (const YamlError& error) {
    problems.add({file, error.line()}, "", error.what());
    return {};
  }
}

}  // namespace lazuli::codegen::torch
