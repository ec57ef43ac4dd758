#include "codegen/torch/decompositions.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "codegen/schema/parser.h"
#include "codegen/text.h"
#include "codegen/yaml.h"

namespace lazuli::codegen::torch {
namespace {

const std::vector<std::string> kKeys = {"op", "as", "special", "absent", "ignores"};

class Reader {
 public:
  Reader(const Yaml& yaml, const std::string& file, const NativeFunctions& functions,
         Problems& problems)
      : yaml_(yaml), file_(file), functions_(functions), problems_(problems) {
    entry_.where = {file, yaml.line};
  }

  // False where there is nothing to keep.
  bool read() {
    const Yaml* op = yaml_.find("op");
    const Yaml* as = yaml_.find("as");
    if (!op || op->form != Yaml::Form::text || !as || as->form != Yaml::Form::text) {
      problem(yaml_, "need 'op', a schema, and 'as', an expression");
      return false;
    }
    if (!read_schema(*op)) return false;
    for (size_t i = 0; i < yaml_.keys.size(); ++i) {
      const std::string& key = yaml_.keys[i];
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
        problem(yaml_.items[i], "unknown key '" + key + "'" + suggestion(key, kKeys));
      }
    }
    entry_.as = block(*as);
    if (const Yaml* special = yaml_.find("special")) read_specials(*special);
    if (const Yaml* absent = yaml_.find("absent")) read_absent(*absent);
    if (const Yaml* ignores = yaml_.find("ignores")) {
      for (const Yaml& item : ignores->items) {
        if (is_argument(item, item.text)) entry_.ignores.push_back(item.text);
      }
    }
    return static_cast<bool>(entry_.as);
  }

  Decomposition take() { return std::move(entry_); }

 private:
  void problem(const Yaml& at, const std::string& message) {
    problems_.add({file_, at.line}, entry_.schema.full_name(), message);
  }

  bool read_schema(const Yaml& op) {
    try {
      entry_.schema = schema::parse(op.text);
    } catch (const SyntaxError& error) {
      entry_.schema.name = op.text.substr(0, op.text.find('('));
      problem(op, error.what());
      return false;
    }
    const NativeFunction* function = functions_.find(entry_.schema.full_name());
    if (!function) return false;
    if (function->schema == entry_.schema) return true;
    problem(op, fmt::format("PyTorch's schema is '{}' ({})", schema::to_string(function->schema),
                            function->where.text()));
    return false;
  }

  formula::Block block(const Yaml& yaml) {
    try {
      formula::Block result = formula::parse(yaml.text);
      for (const formula::Binding& binding : result.bindings) {
        if (entry_.schema.find(binding.name)) {
          problem(yaml, "'" + binding.name + "' is an argument: need another name for the value");
        }
      }
      return result;
    } catch (const SyntaxError& error) {
      problem(yaml, error.what());
      return {};
    }
  }

  bool is_argument(const Yaml& at, const std::string& name) {
    if (entry_.schema.find(name)) return true;
    std::vector<std::string> names;
    for (const schema::Argument& argument : entry_.schema.arguments) names.push_back(argument.name);
    problem(at, "no argument '" + name + "'" + suggestion(name, names));
    return false;
  }

  void read_specials(const Yaml& map) {
    for (size_t i = 0; i < map.keys.size(); ++i) {
      const std::string& argument = map.keys[i];
      const Yaml& values = map.items[i];
      if (!is_argument(values, argument)) continue;
      for (size_t j = 0; j < values.keys.size(); ++j) {
        entry_.specials.push_back({argument, values.keys[j], block(values.items[j])});
      }
    }
  }

  void read_absent(const Yaml& map) {
    for (size_t i = 0; i < map.keys.size(); ++i) {
      const std::string& name = map.keys[i];
      if (!is_argument(map.items[i], name)) continue;
      if (!entry_.schema.find(name)->type.is_optional) {
        problem(map.items[i], "'" + name + "' is always there");
      }
      entry_.absent[name] = map.items[i].text;
    }
  }

  const Yaml& yaml_;
  const std::string& file_;
  const NativeFunctions& functions_;
  Problems& problems_;
  Decomposition entry_;
};

}  // namespace

std::vector<Decomposition> read_decompositions(const std::string& path,
                                               const NativeFunctions& functions,
                                               Problems& problems) {
  const std::string file = std::filesystem::path(path).filename().string();
  std::vector<Decomposition> result;
  std::map<std::string, int> lines;
  try {
    for (const Yaml& document : read_yaml(path)) {
      if (document.form != Yaml::Form::list) {
        problems.add({file, document.line}, "", "need a list of entries");
        continue;
      }
      for (const Yaml& item : document.items) {
        Reader reader(item, file, functions, problems);
        if (!reader.read()) continue;
        result.push_back(reader.take());
        const std::string name = result.back().schema.full_name();
        const auto [place, is_new] = lines.emplace(name, item.line);
        if (!is_new) {
          problems.add(result.back().where, name,
                       fmt::format("stands already at line {}", place->second));
        }
      }
    }
  } catch (const YamlError& error) {
    problems.add({file, error.line()}, "", error.what());
  }
  return result;
}

}  // namespace lazuli::codegen::torch
