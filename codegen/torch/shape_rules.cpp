#include "codegen/torch/shape_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "codegen/text.h"
#include "codegen/torch/check_backend.h"
#include "codegen/torch/written_functions.h"

namespace lazuli::codegen::torch {
namespace {

constexpr std::string_view kPrefix = "compute_shape_";

// One that cannot have a kernel is a mistake already, and needs no rule.
bool has_generated_kernel(const NativeFunction& function) {
  return objection_to_kernel(function).empty() && objection_to_node(function.schema).empty();
}

WrittenFunctions rules_of(const std::string& header) {
  std::vector<ScannedFunction> functions = scan_functions(header);
  std::erase_if(functions,
                [](const ScannedFunction& each) { return !each.name.starts_with(kPrefix); });
  return WrittenFunctions(std::move(functions));
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
                     joined(signature_of(function, takes_symint).parameter_texts(), ", "));
}

void check_shape_rules(const Generation& generation, const std::string& header,
                       Problems& problems) {
  const WrittenFunctions rules = rules_of(header);
  for (const Listed& each : generation.backend.full_codegen) {
    const NativeFunction& function = *each.function;
    if (shape_source(function) != ShapeSource::by_hand || !has_generated_kernel(function)) continue;
    const bool takes_symint = generation.backend.takes_symint(function);
    const std::string lack = rules.lack_of(shape_rule_name(function, takes_symint),
                                           signature_of(function, takes_symint));
    if (lack.empty()) continue;
    problems.add(
        each.where, function.name,
        fmt::format("has no meta function: need the shape rule '{}'; {}",
                    shape_rule_declaration(function, takes_symint, generation.options), lack));
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
  const WrittenFunctions rules = rules_of(header);
  for (const auto& [name, rule] : rules.all()) {
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
