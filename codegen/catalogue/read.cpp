#include "codegen/catalogue/read.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "codegen/catalogue/dtypes.h"
#include "codegen/schema/parser.h"
#include "codegen/schema/variants.h"
#include "codegen/text.h"

namespace lazuli::codegen {
namespace {

using schema::Argument;
using schema::Base;

const std::vector<std::string> kKeys = {"op",
                                        "doc",
                                        "also",
                                        "in_place",
                                        "internal",
                                        "by_hand",
                                        "operands",
                                        "record",
                                        "factors",
                                        "attributes",
                                        "sizes",
                                        "offsets",
                                        "options",
                                        "dtype",
                                        "dtypes",
                                        "argument_dtypes",
                                        "formula",
                                        "takes_index",
                                        "special",
                                        "combine",
                                        "empty",
                                        "equation",
                                        "as",
                                        "can_fail",
                                        "random",
                                        "evaluates",
                                        "grad",
                                        "reference",
                                        "ulp",
                                        "samples",
                                        "whole_samples",
                                        "ordinary_samples",
                                        "shapes",
                                        "numpy",
                                        "calls"};
const std::vector<std::string> kAlsoKeys = {"op", "operands", "in_place", "internal"};

constexpr std::pair<DTypeRule, std::string_view> kRules[] = {
    {DTypeRule::same, "same"},        {DTypeRule::floating, "float"},
    {DTypeRule::boolean, "bool"},     {DTypeRule::accumulate, "accumulate"},
    {DTypeRule::index, "index"},      {DTypeRule::self, "self"},
    {DTypeRule::argument, "argument"}};

class Reader {
 public:
  Reader(const Yaml& yaml, const std::string& file, Problems& problems)
      : yaml_(yaml), file_(file), problems_(problems) {
    entry_.where = {file, yaml.line};
  }

  Entry entry(Kind kind) {
    entry_.kind = kind;
    check_keys(yaml_, kKeys);
    read_schemas();
    if (entry_.functions.empty()) return entry_;
    entry_.doc = trimmed(text("doc"));
    if (entry_.doc.empty()) problem(yaml_, "need 'doc'");
    read_dtypes();
    read_shapes();
    read_arguments();
    read_meaning();
    read_gradients();
    read_tests();
    return entry_;
  }

 private:
  void problem(const Yaml& at, const std::string& message) {
    problems_.add({file_, at.line}, name_, message);
  }

  void check_keys(const Yaml& map, const std::vector<std::string>& known) {
    for (size_t i = 0; i < map.keys.size(); ++i) {
      if (std::find(known.begin(), known.end(), map.keys[i]) == known.end()) {
        if (name_.empty()) name_ = short_name();
        problem(map.items[i], "unknown key '" + map.keys[i] + "'" + suggestion(map.keys[i], known));
      }
    }
  }

  // What stands before the parenthesis, for problems found before the schema is read.
  std::string short_name() const {
    const Yaml* op = yaml_.find("op");
    return op ? op->text.substr(0, op->text.find('(')) : "";
  }

  std::string text(const char* key) const {
    const Yaml* node = yaml_.find(key);
    return node ? node->text : "";
  }

  bool flag(const Yaml& map, const char* key, bool otherwise = false) {
    const Yaml* node = map.find(key);
    if (!node) return otherwise;
    if (node->text != "true" && node->text != "false") {
      problem(*node, std::string("need true or false for '") + key + "'; got '" + node->text + "'");
    }
    return node->text == "true";
  }

  std::vector<std::string> words(const Yaml& map, const char* key) {
    const Yaml* node = map.find(key);
    std::vector<std::string> result;
    if (!node) return result;
    if (node->form != Yaml::Form::list)
      problem(*node, std::string("need a list for '") + key + "'");
    for (const Yaml& item : node->items) result.push_back(item.text);
    return result;
  }

  void read_schemas() {
    const Yaml* op = yaml_.find("op");
    if (!op) {
      problem(yaml_, "need 'op', a schema");
      return;
    }
    name_ = short_name();
    const bool in_place = flag(yaml_, "in_place");
    entry_.is_internal = flag(yaml_, "internal");
    entry_.is_by_hand = flag(yaml_, "by_hand");
    if (!read_schema(*op, words(yaml_, "operands"), in_place, entry_.is_internal)) return;
    entry_.name = entry_.functions.front().schema.name;
    name_ = entry_.functions.front().schema.full_name();
    const Yaml* also = yaml_.find("also");
    if (!also) return;
    for (const Yaml& item : also->items) {
      if (item.form == Yaml::Form::map) {
        check_keys(item, kAlsoKeys);
        const Yaml* schema = item.find("op");
        if (!schema) {
          problem(item, "need 'op', a schema, in 'also'");
          continue;
        }
        read_schema(*schema, words(item, "operands"), flag(item, "in_place", in_place),
                    flag(item, "internal"));
      } else {
        read_schema(item, {}, in_place, entry_.is_internal);
      }
    }
  }

  bool read_schema(const Yaml& text, std::vector<std::string> operands, bool in_place,
                   bool is_internal) {
    Function function;
    try {
      function.schema = schema::parse(text.text);
    } catch (const SyntaxError& error) {
      problem(text, error.what());
      return false;
    }
    const schema::Schema& schema = function.schema;
    if (operands.empty()) {
      for (const Argument& argument : schema.arguments) {
        if (argument.type.base == Base::tensor || argument.type.base == Base::scalar) {
          operands.push_back(argument.name);
        }
      }
    }
    for (const std::string& operand : operands) {
      if (!schema.find(operand)) problem(text, "no argument '" + operand + "' in the schema");
    }
    const bool has_self = !schema.arguments.empty() && schema.arguments[0].name == "self" &&
                          schema.arguments[0].type.is_tensor();
    function.is_in_place = schema::base_name(schema.name).is_in_place;
    if (function.is_in_place && !(has_self && schema.arguments[0].type.is_write())) {
      problem(text, "need 'Tensor(a!) self' first in an in-place schema");
    }
    // PyTorch's habit: in-place forms are methods only, the others both.
    function.is_method = has_self && !is_internal;
    function.is_function = !function.is_in_place;
    function.operands =
        entry_.is_by_hand || entry_.kind == Kind::composite ? std::vector<std::string>() : operands;
    entry_.functions.push_back(function);
    if (!in_place) return true;
    function.schema.name += "_";
    function.schema.arguments[0].type.alias = schema::Alias{{"a"}, {}, true};
    function.schema.returns[0].type.alias = schema::Alias{{"a"}, {}, true};
    function.is_in_place = true;
    function.is_derived = true;
    function.is_function = false;
    entry_.functions.push_back(function);
    return true;
  }

  DType dtype(const Yaml& at, const std::string& word) {
    const std::vector<DType> found = dtypes_named(word);
    if (found.size() == 1) return found[0];
    problem(at, "unknown dtype '" + word + "'" + suggestion(word, dtype_words()));
    return kFloat32;
  }

  // Joins what a word names, a group or a dtype, to the entry's dtypes.
  void add_dtypes(const Yaml& at, const std::string& word) {
    const std::vector<DType> found = dtypes_named(word);
    if (found.empty()) {
      problem(at, "unknown dtype '" + word + "'" + suggestion(word, dtype_words()));
    }
    for (const DType each : found) {
      if (std::count(entry_.dtypes.begin(), entry_.dtypes.end(), each)) continue;
      entry_.dtypes.push_back(each);
    }
  }

  void read_dtypes() {
    if (const Yaml* rule = yaml_.find("dtype")) {
      std::vector<std::string> names;
      bool found = false;
      for (const auto& [value, name] : kRules) {
        names.emplace_back(name);
        if (rule->text != name) continue;
        entry_.dtype = value;
        found = true;
      }
      if (!found) {
        problem(*rule, "unknown dtype rule '" + rule->text + "'" + suggestion(rule->text, names));
      }
    }
    const Yaml* formula = yaml_.find("formula");
    if (const Yaml* list = yaml_.find("dtypes")) {
      for (const Yaml& item : list->items) add_dtypes(item, item.text);
    } else if (formula && formula->form == Yaml::Form::map) {
      for (const std::string& key : formula->keys) add_dtypes(*formula, key);
    } else {
      add_dtypes(yaml_, "float");
      if (entry_.dtype == DTypeRule::accumulate) {
        add_dtypes(yaml_, "i64");
      } else if (entry_.dtype != DTypeRule::floating) {
        add_dtypes(yaml_, "int");
        add_dtypes(yaml_, "bool");
      }
    }
    if (const Yaml* map = yaml_.find("argument_dtypes")) {
      for (size_t i = 0; i < map->keys.size(); ++i) {
        entry_.argument_dtypes[map->keys[i]] = dtype(map->items[i], map->items[i].text);
      }
    }
  }

  void read_shapes() {
    const Yaml* map = yaml_.find("shapes");
    if (!map) return;
    for (size_t i = 0; i < map->keys.size(); ++i) {
      const Argument* argument = entry_.functions.front().schema.find(map->keys[i]);
      const std::string& letters = map->items[i].text;
      if (!argument || !argument->type.is_tensor()) {
        problem(map->items[i], "no tensor '" + map->keys[i] + "' in the schema");
      } else if (letters.empty() || !std::all_of(letters.begin(), letters.end(), [](char each) {
                   return each >= 'A' && each <= 'Z';
                 })) {
        problem(map->items[i], "need a capital letter a dimension, such as NC; got " + letters);
      }
      entry_.shapes.emplace_back(map->keys[i], letters);
    }
  }

  void read_arguments() {
    const std::pair<const char*, Role> lists[] = {{"factors", Role::factor},
                                                  {"attributes", Role::attribute},
                                                  {"sizes", Role::size},
                                                  {"offsets", Role::offset},
                                                  {"options", Role::option}};
    for (const auto& [key, role] : lists) {
      for (const std::string& argument : words(yaml_, key)) {
        if (!entry_.functions.front().schema.find(argument)) {
          problem(*yaml_.find(key), "no argument '" + argument + "' in the schema");
        }
        entry_.roles[argument] = role;
      }
    }
    for (const Function& function : entry_.functions) {
      for (const Argument& argument : function.schema.arguments) {
        entry_.roles.emplace(argument.name, default_role(argument));
      }
    }
    if (!entry_.is_recorded()) return;
    if (const Yaml* record = yaml_.find("record")) {
      check_keys(*record, {"operands", "attributes", "sizes", "offsets"});
      entry_.recorded = {words(*record, "operands"), words(*record, "attributes"),
                         words(*record, "sizes"), words(*record, "offsets")};
      return;
    }
    Recorded& recorded = entry_.recorded;
    if (entry_.kind == Kind::reduction) recorded.attributes = {"keepdim", "dims..."};
    const Function& function = entry_.function();
    recorded.operands = function.operands;
    if (recorded.operands.empty()) {  // by hand: the schema's own
      for (const Argument& argument : function.schema.arguments) {
        if (entry_.roles[argument.name] <= Role::factor) recorded.operands.push_back(argument.name);
      }
    }
    for (const Argument& argument : function.schema.arguments) {
      const bool is_open = argument.type.is_list && !argument.type.list_size;
      const std::string name = argument.name + (is_open ? "..." : "");
      switch (entry_.roles[argument.name]) {
        case Role::operand:
        case Role::factor:
          if (is_open) recorded.operands = {name};
          break;
        case Role::attribute:
          if (entry_.kind != Kind::reduction) recorded.attributes.push_back(name);
          break;
        case Role::size:
          recorded.sizes.push_back(name);
          break;
        case Role::offset:
          recorded.offsets.push_back(name);
          break;
        case Role::option:
          break;
      }
    }
  }

  // Roles that no list names: tensors and numbers are operands; a reduction's `dim` and `keepdim`
  // and an elementwise dtype are attributes; a keyword that may be missing is an option.
  Role default_role(const Argument& argument) const {
    const Base base = argument.type.base;
    if (base == Base::tensor || base == Base::scalar) return Role::operand;
    if (base == Base::dtype && argument.type.is_optional) return Role::option;
    if (base == Base::string) return Role::option;
    return Role::attribute;
  }

  void read_meaning() {
    entry_.failure = text("can_fail");
    if (entry_.failure == "true") entry_.failure = "an index is out of range";
    entry_.is_random = flag(yaml_, "random");
    entry_.evaluates = flag(yaml_, "evaluates");
    entry_.takes_index = flag(yaml_, "takes_index");
    entry_.equation = text("equation");
    entry_.combine = text("combine");
    if (entry_.kind == Kind::composite && !entry_.is_by_hand) {
      const Yaml* as = yaml_.find("as");
      if (!as) problem(yaml_, "need 'as' or 'by_hand: true' for a composite");
      if (as) entry_.as = read_block(*as, {file_, as->line}, name_, "as", problems_);
    }
    if (entry_.kind == Kind::elementwise) read_formulas();
    read_specials();
    if (entry_.kind == Kind::reduction) read_reduction();
    if (entry_.kind == Kind::contraction && entry_.equation.empty()) {
      problem(yaml_, "need 'equation'");
    }
  }

  void read_formulas() {
    const Yaml* formula = yaml_.find("formula");
    if (!formula) {
      problem(yaml_, "need 'formula'");
      return;
    }
    for (const DType dtype : entry_.dtypes) {
      const Yaml* text = formula;
      if (formula->form == Yaml::Form::map) {
        // That of the dtype itself, of the one that it computes in, or of its group.
        text = formula->find(name_of(dtype));
        if (!text) text = formula->find(formula::type_name(type_of(dtype)));
        if (!text) text = formula->find(group_of(dtype));
      }
      if (!text) {
        problem(*formula, "need a formula for " + std::string(name_of(dtype)));
        continue;
      }
      entry_.formulas[dtype] = read_block(*text, {file_, text->line}, name_, "formula", problems_);
    }
  }

  void read_specials() {
    const Yaml* special = yaml_.find("special");
    if (!special) return;
    for (size_t i = 0; i < special->keys.size(); ++i) {
      const std::string& argument = special->keys[i];
      bool is_there = false;
      for (const Function& function : entry_.functions) {
        const Argument* found = function.schema.find(argument);
        is_there |= found && (found->type.base == Base::scalar || found->type.base == Base::string);
      }
      if (!is_there) problem(special->items[i], "no number or string '" + argument + "'");
      const Yaml& values = special->items[i];
      for (size_t k = 0; k < values.keys.size(); ++k) {
        const formula::Block block = read_block(values.items[k], {file_, values.items[k].line},
                                                name_, "special " + values.keys[k], problems_);
        if (block) entry_.specials.push_back({argument, values.keys[k], formula::inlined(block)});
      }
    }
  }

  void read_reduction() {
    const std::pair<const char*, const char*> folds[] = {
        {"acc + self", "sum"},     {"max(acc, self)", "max"}, {"min(acc, self)", "min"},
        {"acc * self", "product"}, {"acc | self", "any"},     {"acc & self", "all"}};
    const Yaml* combine = yaml_.find("combine");
    if (!combine) {
      problem(yaml_, "need 'combine'");
      return;
    }
    entry_.combine.clear();
    std::vector<std::string> known;
    for (const auto& [text, name] : folds) {
      if (combine->text == text) entry_.combine = name;
      known.push_back(std::string("'") + text + "'");
    }
    if (entry_.combine.empty()) {
      problem(*combine,
              "need one of " + joined(known, ", ") + " to combine; got '" + combine->text + "'");
    }
    entry_.combine_text = combine->text;
    const Yaml* empty = yaml_.find("empty");
    if (empty && empty->text != "error") entry_.empty = std::strtod(empty->text.c_str(), nullptr);
  }

  void read_gradients() {
    entry_.has_gradient = entry_.dtype != DTypeRule::boolean && entry_.dtype != DTypeRule::index;
    const Yaml* grad = yaml_.find("grad");
    if (!grad) return;
    if (grad->form == Yaml::Form::text) {
      if (grad->text != "none") problem(*grad, "need a map of arguments, or none, for 'grad'");
      entry_.has_gradient = false;
      return;
    }
    for (size_t i = 0; i < grad->keys.size(); ++i) {
      const std::string& operand = grad->keys[i];
      const auto& operands = entry_.recorded.operands;
      if (std::find(operands.begin(), operands.end(), operand) == operands.end()) {
        problem(grad->items[i],
                "grad of '" + operand + "', which is no operand" + suggestion(operand, operands));
        continue;
      }
      const formula::Block block = read_block(grad->items[i], {file_, grad->items[i].line}, name_,
                                              "grad of " + operand, problems_);
      if (block) entry_.gradients[operand] = formula::inlined(block);
    }
  }

  void read_tests() {
    entry_.reference = text("reference");
    entry_.has_whole_samples = flag(yaml_, "whole_samples");
    entry_.has_ordinary_samples = flag(yaml_, "ordinary_samples");
    if (const Yaml* ulp = yaml_.find("ulp")) entry_.ulp = std::strtod(ulp->text.c_str(), nullptr);
    entry_.calls = words(yaml_, "calls");
    read_numpy();
    const Yaml* samples = yaml_.find("samples");
    if (!samples) return;
    for (size_t i = 0; i < samples->keys.size(); ++i) {
      const Yaml& range = samples->items[i];
      if (range.items.size() != 2) {
        problem(range, "need [low, high] for the samples of '" + samples->keys[i] + "'");
        continue;
      }
      entry_.samples[samples->keys[i]] = {std::strtod(range.items[0].text.c_str(), nullptr),
                                          std::strtod(range.items[1].text.c_str(), nullptr)};
    }
  }

  // `numpy: np.exp(self)`, or `numpy: {none: why}`.
  void read_numpy() {
    const Yaml* numpy = yaml_.find("numpy");
    if (!numpy) return;
    if (numpy->form == Yaml::Form::map) {
      check_keys(*numpy, {"none"});
      const Yaml* reason = numpy->find("none");
      if (reason) entry_.no_numpy = reason->text;
      if (entry_.no_numpy.empty()) problem(*numpy, "need the reason in 'numpy: {none: why}'");
    } else {
      entry_.numpy = trimmed(numpy->text);
    }
  }

  const Yaml& yaml_;
  const std::string& file_;
  Problems& problems_;
  Entry entry_;
  std::string name_;
};

}  // namespace

std::string_view name_of(DTypeRule rule) {
  for (const auto& [value, name] : kRules) {
    if (value == rule) return name;
  }
  return "";
}

formula::Block read_block(const Yaml& yaml, const Position& where, const std::string& name,
                          const std::string& key, Problems& problems) {
  try {
    return formula::parse(yaml.text);
  } catch (const SyntaxError& error) {
    problems.add(where, name, key + ": " + error.what());
    return {};
  }
}

Entry read_entry(Kind kind, const Yaml& yaml, const std::string& file, Problems& problems) {
  return Reader(yaml, file, problems).entry(kind);
}

}  // namespace lazuli::codegen
