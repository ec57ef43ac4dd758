#include "codegen/torch/lint.h"

#include <fmt/core.h>

#include <algorithm>

#include "codegen/torch/cpp_signature.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Argument;
using schema::Variant;

// The first place alone: what follows may well be in order without that line.
void check_order(const OperatorList& list, Problems& problems) {
  const auto& [key, names] = list;
  for (size_t i = 1; i < names->size(); ++i) {
    const std::string& before = (*names)[i - 1].function->name;
    const std::string& name = (*names)[i].function->name;
    if (before < name) continue;
    problems.add((*names)[i].where, name,
                 fmt::format("stands after '{}': need '{}' sorted by name", before, key));
    return;
  }
}

// The operator whose variants PyTorch's generator would write by itself.
const Listed* primary_of(const Listed& listed, const std::vector<Listed>& list,
                         const Backend& backend, const Family& family) {
  const NativeFunction* primary = backend.uses_out_as_primary ? family.out() : family.functional();
  if (!family.is_whole() || !primary || primary == listed.function) return nullptr;
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Listed& each) { return each.function == primary; });
  return found == list.end() ? nullptr : &*found;
}

void check_derived(const std::vector<Listed>& list, const std::vector<Listed>& kernels,
                   const Backend& backend, const Families& families, Problems& problems) {
  for (const Listed& each : list) {
    const Listed* primary = primary_of(each, kernels, backend, families.of(*each.function));
    if (!primary) continue;
    problems.add(each.where, each.function->name,
                 fmt::format("is the {} variant of '{}', listed at line {}, and follows from it",
                             schema::name_of(each.function->variant), primary->function->name,
                             primary->where.line));
  }
}

// All arguments of `function` in their order, and further ones that may be left out.
bool extends(const NativeFunction& longer, const NativeFunction& function) {
  const std::vector<Argument>& all = longer.schema.arguments;
  const std::vector<Argument>& some = function.schema.arguments;
  if (longer.variant != function.variant || all.size() <= some.size()) return false;
  if (longer.schema.returns != function.schema.returns) return false;
  for (size_t i = 0; i < some.size(); ++i) {
    if (all[i].name != some[i].name || all[i].type != some[i].type) return false;
  }
  return std::all_of(all.begin() + static_cast<std::ptrdiff_t>(some.size()), all.end(),
                     [](const Argument& argument) { return argument.default_text.has_value(); });
}

// Overloads that the back end leaves to others, though they do what this one does and more.
void check_superseded(const Listed& listed, const std::vector<Listed>& kernels,
                      const NativeFunctions& functions, Problems& problems) {
  const NativeFunction& function = *listed.function;
  for (const auto& each : functions.all) {
    if (each->schema.name != function.schema.name || !extends(*each, function)) continue;
    if (lists(kernels, *each)) continue;
    problems.add(listed.where, function.name,
                 "'" + each->name + "' takes its arguments and more, and is not listed");
    return;
  }
  if (!function.is_composite_implicit()) return;
  for (const auto& each : functions.all) {
    const bool is_device_affair = each->schema.name == function.schema.name &&
                                  each->variant == function.variant && !each->is_derived &&
                                  !each->is_composite_implicit();
    if (!is_device_affair) continue;
    problems.add(listed.where, function.name,
                 "superseded: PyTorch composes it for every device, and leaves '" + each->name +
                     "' to the devices");
    return;
  }
}

void check_symint(const Listed& listed, const Backend& backend, Problems& problems) {
  const NativeFunction& function = *listed.function;
  if (!has_symint(function.schema) || backend.takes_symint(function)) return;
  std::string names;
  for (const Argument& argument : function.schema.arguments) {
    if (argument.type.base != schema::Base::sym_integer) continue;
    names += (names.empty() ? "'" : ", '") + argument.name + "'";
  }
  problems.add(listed.where, function.name,
               "takes " + names + " as SymInt, but is not under 'symint': its kernel gets numbers");
}

}  // namespace

void lint(const Backend& backend, const NativeFunctions& functions, const Families& families,
          Problems& problems) {
  for (const OperatorList& list : backend.operator_lists()) check_order(list, problems);
  check_order({"symint", &backend.symint}, problems);
  std::vector<Listed> kernels = backend.full_codegen;
  kernels.insert(kernels.end(), backend.supported.begin(), backend.supported.end());
  check_derived(kernels, kernels, backend, families, problems);
  check_derived(backend.autograd, backend.autograd, backend, families, problems);
  kernels.insert(kernels.end(), backend.autograd.begin(), backend.autograd.end());
  for (const Listed& each : kernels) {
    check_superseded(each, kernels, functions, problems);
    check_symint(each, backend, problems);
  }
}

}  // namespace lazuli::codegen::torch
