#include "codegen/torch/shape_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "codegen/text.h"
#include "codegen/torch/check_backend.h"
#include "codegen/torch/cpp_scan.h"
#include "codegen/torch/cpp_signature.h"

namespace lazuli::codegen::torch {
namespace {

constexpr std::string_view kPrefix = "compute_shape_";

std::vector<std::string> rule_types(const NativeFunction& function, bool takes_symint) {
  std::vector<std::string> types;
  for (const CppParameter& each : signature_of(function, takes_symint).parameters) {
    types.push_back(normal_type(each.type));
  }
  return types;
}

// One that cannot have a kernel is a mistake already, and needs no rule.
bool has_generated_kernel(const NativeFunction& function) {
  return objection_to_kernel(function).empty() && objection_to_node(function.schema).empty();
}

std::multimap<std::string, ScannedFunction> rules_of(const std::string& header) {
  std::multimap<std::string, ScannedFunction> rules;
  for (ScannedFunction& function : scan_functions(header)) {
    if (function.name.starts_with(kPrefix)) rules.emplace(function.name, std::move(function));
  }
  return rules;
}

}  // namespace

ShapeSource shape_source(const NativeFunction& function) {
  if (function.has_tag("view_copy")) return ShapeSource::view_copy;
  return function.has_meta_function() ? ShapeSource::meta_function : ShapeSource::by_hand;
}

std::string shape_reason(const NativeFunction& function) {
  if (function.has_tag("view_copy")) return "has the tag 'view_copy': by the composite of views";
  if (function.is_structured) return "is structured: has a meta function";
  if (!function.structured_delegate.empty()) {
    return "delegates to the structured " + function.structured_delegate + ": has a meta function";
  }
  return "is neither structured nor a view's copy: by a rule written by hand";
}

std::string shape_rule_name(const NativeFunction& function, bool takes_symint) {
  return std::string(kPrefix) + kernel_name(function, takes_symint);
}

std::string shape_rule_declaration(const NativeFunction& function, bool takes_symint,
                                   const Options& options) {
  const std::string& shape = options.spelling.shape_class;
  return fmt::format("std::vector<{}> {}({});",
                     shape.find("::") == shape.npos ? options.shape_space + "::" + shape : shape,
                     shape_rule_name(function, takes_symint),
                     signature_of(function, takes_symint).parameters_text());
}

void check_shape_rules(const Generation& generation, const std::string& header,
                       Problems& problems) {
  const std::multimap<std::string, ScannedFunction> rules = rules_of(header);
  std::vector<std::string> names;
  for (const auto& [name, rule] : rules) names.push_back(name);
  for (const Listed& each : generation.backend.full_codegen) {
    const NativeFunction& function = *each.function;
    if (shape_source(function) != ShapeSource::by_hand || !has_generated_kernel(function)) continue;
    const bool takes_symint = generation.backend.takes_symint(function);
    const std::string name = shape_rule_name(function, takes_symint);
    const auto [first, last] = rules.equal_range(name);
    const std::vector<std::string> types = rule_types(function, takes_symint);
    if (std::any_of(first, last,
                    [&](const auto& rule) { return rule.second.parameters == types; })) {
      continue;
    }
    std::string found = first == last ? "there is none of that name" + suggestion(name, names)
                                      : "the one at line " + std::to_string(first->second.line) +
                                            " takes other arguments";
    problems.add(
        each.where, function.name,
        fmt::format("has no meta function: need the shape rule '{}'; {}",
                    shape_rule_declaration(function, takes_symint, generation.options), found));
  }
}

void find_stale_shape_rules(const Generation& generation, const std::string& header,
                            const std::string& file, Problems& problems) {
  // Rules that some operator of the catalogue could have, whether this back end lists it or not.
  std::set<std::string> possible;
  for (const auto& function : generation.functions.all) {
    possible.insert(shape_rule_name(*function, false));
    possible.insert(shape_rule_name(*function, true));
  }
  for (const NonNative& each : generation.backend.non_native) {
    possible.insert(std::string(kPrefix) + unambiguous_name(each.schema));
  }
  std::map<std::string, const NativeFunction*> unneeded;
  std::set<std::string> needed;
  for (const Listed& each : generation.backend.full_codegen) {
    const std::string name =
        shape_rule_name(*each.function, generation.backend.takes_symint(*each.function));
    if (shape_source(*each.function) == ShapeSource::by_hand) {
      needed.insert(name);
    } else {
      unneeded[name] = each.function;
    }
  }
  for (const auto& [name, rule] : rules_of(header)) {
    const auto place = unneeded.find(name);
    if (place != unneeded.end() && needed.count(name) == 0) {
      problems.add({file, rule.line}, name,
                   "is stale: '" + place->second->name + "' " + shape_reason(*place->second));
    } else if (possible.count(name) == 0) {
      problems.add({file, rule.line}, name, "is stale: no operator has a rule of that name");
    }
  }
}

}  // namespace lazuli::codegen::torch
