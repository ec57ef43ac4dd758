#include "codegen/torch/read_native_functions.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "codegen/schema/parser.h"
#include "codegen/text.h"
#include "codegen/yaml.h"

namespace lazuli::codegen::torch {
namespace {

// A map's value whose form is not what its key needs.
constexpr const char* kNeedText = "need a word for '{}'";
constexpr const char* kNeedList = "need a list for '{}'";
constexpr const char* kNeedMap = "need a map for '{}'";

class Reader {
 public:
  Reader(const Yaml& yaml, const std::string& file, const std::vector<std::string>& tags,
         Problems& problems)
      : yaml_(yaml), file_(file), known_tags_(tags), problems_(problems) {
    function_.where = {file, yaml.line};
  }

  // Nothing where the schema could not be read.
  bool read() {
    const Yaml* func = yaml_.find("func");
    if (!func || func->form != Yaml::Form::text) {
      problem(yaml_, "need 'func', a schema");
      return false;
    }
    if (!read_schema(*func)) return false;
    for (size_t i = 0; i < yaml_.keys.size(); ++i) read_key(yaml_.keys[i], yaml_.items[i]);
    add_tags_that_follow();
    if (!yaml_.find("dispatch") && !function_.has_meta_function()) {
      function_.dispatch[std::string(kCompositeImplicit)] = default_kernel();
    }
    check();
    return true;
  }

  NativeFunction take() { return std::move(function_); }

 private:
  void problem(const Yaml& at, const std::string& message) {
    problems_.add({file_, at.line}, function_.name, message);
  }

  bool read_schema(const Yaml& func) {
    try {
      function_.schema = schema::parse(func.text);
    } catch (const SyntaxError& error) {
      function_.name = func.text.substr(0, func.text.find('('));
      problem(func, error.what());
      return false;
    }
    function_.name = function_.schema.full_name();
    function_.variant = schema::variant_of(function_.schema);
    const std::string objection = schema::objection(function_.schema);
    if (!objection.empty()) problem(func, objection);
    return true;
  }

  void read_key(const std::string& key, const Yaml& value) {
    if (key == "func") return;
    if (key == "dispatch") return read_dispatch(value);
    if (key == "variants") return read_variants(value);
    if (key == "tags") return read_tags(value);
    if (key == "autogen") {
      function_.autogen = split(text(key, value), ',');
      return;
    }
    if (key == "device_check") {
      const std::string& word = text(key, value);
      if (word != "NoCheck" && word != "ExactSame") {
        problem(value, "need NoCheck or ExactSame for 'device_check'; got '" + word + "'");
      }
      function_.has_device_check = word != "NoCheck";
      return;
    }
    if (key == "precomputed" || key == "cpp_no_default_args") {
      std::vector<std::string>& target =
          key == "precomputed" ? function_.precomputed : function_.arguments_without_defaults;
      if (value.form != Yaml::Form::list) return problem(value, fmt::format(kNeedList, key));
      for (const Yaml& item : value.items) target.push_back(item.text);
      return;
    }
    if (key == "ufunc_inner_loop") return read_ufunc(value);
    for (const auto& [name, member] : kFlags) {
      if (key == name) {
        function_.*member = flag(key, value);
        return;
      }
    }
    for (const auto& [name, member] : kTexts) {
      if (key == name) {
        function_.*member = text(key, value);
        return;
      }
    }
    std::vector<std::string> known = {"func",
                                      "dispatch",
                                      "variants",
                                      "tags",
                                      "autogen",
                                      "device_check",
                                      "precomputed",
                                      "cpp_no_default_args",
                                      "ufunc_inner_loop"};
    for (const auto& each : kFlags) known.emplace_back(each.first);
    for (const auto& each : kTexts) known.emplace_back(each.first);
    problem(value, "unknown key '" + key + "'" + suggestion(key, known));
  }

  const std::string& text(const std::string& key, const Yaml& value) {
    if (value.form != Yaml::Form::text) problem(value, fmt::format(kNeedText, key));
    return value.text;
  }

  bool flag(const std::string& key, const Yaml& value) {
    std::string word = text(key, value);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (word != "true" && word != "false") {
      problem(value, fmt::format("need true or false for '{}'; got '{}'", key, value.text));
    }
    return word == "true";
  }

  void read_dispatch(const Yaml& value) {
    if (value.form != Yaml::Form::map) return problem(value, fmt::format(kNeedMap, "dispatch"));
    for (size_t i = 0; i < value.keys.size(); ++i) {
      const Yaml& kernel = value.items[i];
      for (const std::string& key : split(value.keys[i], ',')) {
        if (!is_dispatch_key(key)) {
          problem(kernel, "unknown dispatch key '" + key + "'" + nearest_dispatch_key(key));
        }
        if (!function_.dispatch.emplace(key, text(key, kernel)).second) {
          problem(kernel, "dispatch key '" + key + "' twice");
        }
      }
    }
  }

  void read_variants(const Yaml& value) {
    function_.is_function = function_.is_method = false;
    for (const std::string& word : split(text("variants", value), ',')) {
      if (word == "function") {
        function_.is_function = true;
      } else if (word == "method") {
        function_.is_method = true;
      } else {
        problem(value, "need function or method for 'variants'; got '" + word + "'");
      }
    }
  }

  void read_tags(const Yaml& value) {
    std::vector<std::string> words;
    if (value.form == Yaml::Form::list) {
      for (const Yaml& item : value.items) words.push_back(item.text);
    } else {
      words = {text("tags", value)};
    }
    for (const std::string& word : words) {
      const bool is_known = known_tags_.empty() || std::find(known_tags_.begin(), known_tags_.end(),
                                                             word) != known_tags_.end();
      if (!is_known) {
        problem(value, "unknown tag '" + word + "'" + suggestion(word, known_tags_));
      }
      function_.tags.push_back(word);
    }
  }

  void add_tags_that_follow() {
    const auto add = [&](const char* tag) {
      if (!function_.has_tag(tag)) function_.tags.emplace_back(tag);
    };
    add("pt2_compliant_tag");
    if (!schema::out_arguments(function_.schema).empty()) add("out");
    if (function_.variant == schema::Variant::in_place) add("inplace");
  }

  void read_ufunc(const Yaml& value) {
    if (value.form == Yaml::Form::text) {
      function_.ufunc_inner_loop["Generic"] = value.text;
    } else if (value.form == Yaml::Form::map) {
      for (size_t i = 0; i < value.keys.size(); ++i) {
        function_.ufunc_inner_loop[value.keys[i]] = text(value.keys[i], value.items[i]);
      }
    } else {
      problem(value, fmt::format(kNeedMap, "ufunc_inner_loop"));
    }
  }

  // What PyTorch calls an entry's one kernel: its name, with _out for out variants.
  std::string default_kernel() const {
    return function_.schema.name + (schema::out_arguments(function_.schema).empty() ? "" : "_out");
  }

  void check() {
    const bool is_out = function_.variant == schema::Variant::out;
    if (function_.is_structured && !is_out) {
      problem(yaml_, "'structured' belongs to the out variant: need 'structured_delegate' here");
    }
    if (!function_.structured_delegate.empty() && is_out) {
      problem(yaml_, "'structured_delegate' belongs to the other variants: need 'structured' here");
    }
    if (!function_.structured_inherits.empty() && !function_.is_structured) {
      problem(yaml_, "'structured_inherits' needs 'structured: True'");
    }
    if (!function_.precomputed.empty() && !function_.is_structured) {
      problem(yaml_, "'precomputed' needs 'structured: True'");
    }
    if (function_.has_manual_registration && yaml_.find("dispatch")) {
      problem(yaml_, "'manual_kernel_registration' and 'dispatch' exclude each other");
    }
    if (function_.is_method && !schema::out_arguments(function_.schema).empty()) {
      problem(yaml_, "an out variant is a function only; got 'variants: method'");
    }
    for (const std::string& name : function_.arguments_without_defaults) {
      const schema::Argument* argument = function_.schema.find(name);
      if (!argument || !argument->default_text) {
        problem(yaml_, "no argument '" + name + "' with a default for 'cpp_no_default_args'");
      }
    }
  }

  static constexpr std::array<std::pair<std::string_view, bool NativeFunction::*>, 5> kFlags = {{
      {"structured", &NativeFunction::is_structured},
      {"device_guard", &NativeFunction::has_device_guard},
      {"manual_kernel_registration", &NativeFunction::has_manual_registration},
      {"manual_cpp_binding", &NativeFunction::has_manual_binding},
      {"use_const_ref_for_mutable_tensors", &NativeFunction::takes_const_references},
  }};
  static constexpr std::array<std::pair<std::string_view, std::string NativeFunction::*>, 4>
      kTexts = {{
          {"structured_delegate", &NativeFunction::structured_delegate},
          {"structured_inherits", &NativeFunction::structured_inherits},
          {"python_module", &NativeFunction::python_module},
          {"category_override", &NativeFunction::category},
      }};

  const Yaml& yaml_;
  const std::string& file_;
  const std::vector<std::string>& known_tags_;
  Problems& problems_;
  NativeFunction function_;
};

// The one document of a file; nothing, and a problem, where it is no list.
Yaml read_list(const std::string& path, const std::string& file, Problems& problems) {
  try {
    std::vector<Yaml> documents = read_yaml(path);
    if (documents.size() == 1 && documents[0].form == Yaml::Form::list) return documents[0];
    problems.add({file, 1}, "", "need one list of entries");
  } catch (const YamlError& error) {
    problems.add({file, error.line()}, "", error.what());
  }
  return {};
}

}  // namespace

NativeFunctions read_native_functions(const std::string& path, const std::string& tags_path,
                                      Problems& problems) {
  const std::string file = std::filesystem::path(path).filename().string();
  const std::string tags_file = std::filesystem::path(tags_path).filename().string();
  std::vector<std::string> tags;
  const Yaml tag_list = tags_path.empty() ? Yaml{} : read_list(tags_path, tags_file, problems);
  for (const Yaml& entry : tag_list.items) {
    const Yaml* tag = entry.find("tag");
    if (!tag || tag->text.empty()) problems.add({tags_file, entry.line}, "", "need 'tag', a word");
    if (tag) tags.push_back(tag->text);
  }
  NativeFunctions functions;
  for (const Yaml& entry : read_list(path, file, problems).items) {
    Reader reader(entry, file, tags, problems);
    if (!reader.read()) continue;
    NativeFunction function = reader.take();
    if (const NativeFunction* first = functions.find(function.name)) {
      problems.add(function.where, function.name,
                   "stands already at line " + std::to_string(first->where.line));
      continue;
    }
    functions.add(std::move(function));
  }
  functions.written = functions.all.size();
  for (const auto& function : functions.all) {
    const std::string& delegate = function->structured_delegate;
    const NativeFunction* target = functions.find(delegate);
    if (delegate.empty() || (target && target->is_structured)) continue;
    problems.add(function->where, function->name,
                 "no structured operator '" + delegate + "' to delegate to" +
                     (target ? "" : functions.nearest(delegate)));
  }
  return functions;
}

}  // namespace lazuli::codegen::torch
