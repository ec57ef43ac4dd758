#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "codegen/catalogue/read.h"
#include "codegen/text.h"

namespace lazuli::codegen {
namespace {

constexpr std::string_view kInputs[] = {"all", "positive", "fractions"};
const std::vector<std::string> kScalarKeys = {"scalar",       "doc",       "formula", "ulp",
                                              "negative_ulp", "reference", "inputs",  "derivative"};

// `formula` and `ulp`: one for f32 and f64, or maps of the two. A part of others has no `ulp`, and
// may be of one type alone.
void read_definitions(const Yaml& yaml, const std::string& file, ScalarFunction& scalar,
                      Problems& problems) {
  const Yaml* formula = yaml.find("formula");
  const Yaml* ulp = yaml.find("ulp");
  if (!formula) return;
  const auto problem = [&](const Yaml& at, const std::string& message) {
    problems.add({file, at.line}, scalar.name, message);
  };
  // What a map holds for a type; a map says nothing of others.
  const auto of = [&](const Yaml* yaml, const char* key, std::string_view type) -> const Yaml* {
    if (!yaml || yaml->form != Yaml::Form::map) return yaml;
    for (const std::string& found : yaml->keys) {
      if (found != "f32" && found != "f64") {
        problem(*yaml, fmt::format("need f32 or f64 in '{}'; got '{}'", key, found));
      }
    }
    const Yaml* found = yaml->find(std::string(type));
    if (!found && ulp) problem(*yaml, fmt::format("need the '{}' of {}", key, type));
    return found;
  };
  for (const formula::Type type : {formula::Type::f32, formula::Type::f64}) {
    const Yaml* text = of(formula, "formula", formula::type_name(type));
    const Yaml* bound = of(ulp, "ulp", formula::type_name(type));
    const Yaml* inputs = of(yaml.find("inputs"), "inputs", formula::type_name(type));
    const Yaml* negative = yaml.find("negative_ulp");
    if (negative) negative = negative->find(std::string(formula::type_name(type)));
    if (!text) continue;
    ScalarFunction::Definition& definition = scalar.definitions[type];
    definition.formula = read_block(*text, {file, text->line}, scalar.name, "formula", problems);
    if (bound) definition.ulp = std::strtod(bound->text.c_str(), nullptr);
    if (negative) definition.negative_ulp = std::strtod(negative->text.c_str(), nullptr);
    if (!inputs) continue;
    definition.inputs = inputs->text;
    if (std::count(std::begin(kInputs), std::end(kInputs), inputs->text) == 0) {
      problem(*inputs, "need 'all', 'positive' or 'fractions' for 'inputs'");
    }
  }
}

}  // namespace

ScalarFunction read_scalar(const Yaml& yaml, const std::string& file, Problems& problems) {
  ScalarFunction scalar;
  scalar.where = {file, yaml.line};
  const Yaml* head = yaml.find("scalar");
  const size_t open = head ? head->text.find('(') : std::string::npos;
  if (open == std::string::npos || head->text.back() != ')') {
    problems.add(scalar.where, "", "need 'scalar: name(x)'");
    return scalar;
  }
  scalar.name = head->text.substr(0, open);
  const std::string parameters = head->text.substr(open + 1, head->text.size() - open - 2);
  if (!parameters.empty()) scalar.parameters = split(parameters, ',');
  for (size_t i = 0; i < yaml.keys.size(); ++i) {
    if (std::find(kScalarKeys.begin(), kScalarKeys.end(), yaml.keys[i]) == kScalarKeys.end()) {
      problems.add({file, yaml.items[i].line}, scalar.name,
                   "unknown key '" + yaml.keys[i] + "'" + suggestion(yaml.keys[i], kScalarKeys));
    }
  }
  for (const char* key : {"doc", "formula"}) {
    if (!yaml.find(key)) problems.add(scalar.where, scalar.name, std::string("need '") + key + "'");
  }
  if (!yaml.find("ulp") != !yaml.find("reference")) {
    problems.add(scalar.where, scalar.name, "need 'ulp' and 'reference', or neither for a part");
  }
  if (const Yaml* doc = yaml.find("doc")) scalar.doc = trimmed(doc->text);
  read_definitions(yaml, file, scalar, problems);
  if (const Yaml* reference = yaml.find("reference")) scalar.reference = reference->text;
  if (const Yaml* map = yaml.find("derivative")) {
    for (const std::string& parameter : scalar.parameters) {
      const Yaml* text = map->find(parameter);
      if (!text) {
        problems.add({file, map->line}, scalar.name, "need the derivative by '" + parameter + "'");
        continue;
      }
      const formula::Block block =
          read_block(*text, {file, text->line}, scalar.name, "derivative", problems);
      if (block) scalar.derivatives.push_back(formula::inlined(block));
    }
  }
  return scalar;
}

}  // namespace lazuli::codegen
