#include "codegen/torch/check_backend.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "codegen/text.h"
#include "codegen/torch/cpp_signature.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Base;
using schema::Variant;

std::string at_line(const Position& where) { return "line " + std::to_string(where.line); }

// A key that PyTorch has kernels for is another device's: two kernels of one operator would clash.
void check_key(const Backend& backend, const NativeFunctions& functions, Problems& problems) {
  for (const std::string& key : {backend.key, backend.autograd_key()}) {
    if (key != backend.key && backend.autograd.empty()) continue;
    const auto taken = std::find_if(functions.all.begin(), functions.all.end(),
                                    [&](const auto& each) { return each->has_kernel(key); });
    if (taken == functions.all.end()) continue;
    problems.add(
        backend.key_where, "",
        fmt::format("PyTorch has kernels of its own for the key '{}', such as that of '{}': "
                    "need a key such as PrivateUse1",
                    key, (*taken)->name));
  }
}

// Lists that exclude each other: an operator has one kernel, and one node.
void check_once(const Backend& backend, Problems& problems) {
  std::map<const NativeFunction*, std::pair<const char*, Position>> places;
  for (const auto& [name, list] : backend.operator_lists()) {
    for (const Listed& each : *list) {
      const auto [place, is_new] = places.emplace(each.function, std::pair(name, each.where));
      // A hand-written kernel may record a generated node.
      const bool is_pair = std::string_view(name) == "ir_gen" &&
                           std::string_view(place->second.first) == "supported";
      if (is_new || is_pair) continue;
      problems.add(each.where, each.function->name,
                   fmt::format("listed under '{}' and, at {}, under '{}'", name,
                               at_line(place->second.second), place->second.first));
    }
  }
}

void check_symint(const Backend& backend, Problems& problems) {
  for (const Listed& each : backend.symint) {
    const NativeFunction& function = *each.function;
    if (!has_symint(function.schema)) {
      problems.add(each.where, function.name, "takes no SymInt, but is listed under 'symint'");
    }
    const bool has_node = lists(backend.ir_gen, function);
    if (!backend.has_kernel(function, false) && !backend.has_kernel(function, true) && !has_node) {
      problems.add(each.where, function.name,
                   "listed under 'symint' alone: need it in a list of operators, too");
    }
  }
}

// All variants of an operator go to one key, or a derived variant would call another key's kernel.
void check_keys(const Backend& backend, const Families& families, Problems& problems) {
  for (const Listed& each : backend.autograd) {
    const Family& family = families.of(*each.function);
    if (!family.is_whole()) continue;
    for (const NativeFunction* function : family.functions()) {
      if (function == each.function || !backend.has_kernel(*function, false)) continue;
      problems.add(each.where, each.function->name,
                   "listed under 'autograd', but its variant '" + function->name +
                       "' goes to the key '" + backend.key + "': need all variants with one key");
    }
  }
}

struct NodeOf {
  const schema::Schema* schema;
  Position where;
};

void check_nodes(const Backend& backend, Problems& problems) {
  std::vector<NodeOf> nodes;
  for (const std::vector<Listed>* list : {&backend.full_codegen, &backend.ir_gen}) {
    for (const Listed& each : *list) nodes.push_back({&each.function->schema, each.where});
  }
  for (const NonNative& each : backend.non_native) nodes.push_back({&each.schema, each.where});
  std::map<std::string, const NodeOf*> names;
  for (const NodeOf& node : nodes) {
    const std::string subject = node.schema->full_name();
    const std::string name = node_name(*node.schema);
    const auto [place, is_new] = names.emplace(name, &node);
    if (!is_new && place->second->schema->full_name() != subject) {
      problems.add(
          node.where, subject,
          fmt::format("its node is '{}', like that of '{}' at {}: list one of them under "
                      "'supported'",
                      name, place->second->schema->full_name(), at_line(place->second->where)));
    } else if (!is_new && place->second->schema != node.schema) {
      problems.add(node.where, subject, "has a node already, at " + at_line(place->second->where));
    }
    const std::string objection = objection_to_node(*node.schema);
    if (!objection.empty()) problems.add(node.where, subject, objection);
  }
}

bool has_device(const schema::Schema& schema) {
  return std::any_of(schema.arguments.begin(), schema.arguments.end(),
                     [](const schema::Argument& argument) {
                       return argument.type.has_tensors() || argument.type.base == Base::device;
                     });
}

}  // namespace

std::string objection_to_kernel(const NativeFunction& function) {
  const schema::Schema& schema = function.schema;
  if (!has_device(schema)) {
    return "needs a tensor or a device among its arguments, or its kernel cannot know its device: "
           "list it under 'supported'";
  }
  if (function.is_view()) {
    return "its result shares memory with an argument, which a recorded node cannot: list the "
           "copy, "
           "or list it under 'supported'";
  }
  if (function.variant == Variant::mutating || function.variant == Variant::scratch) {
    std::string written;
    for (const schema::Argument& argument : schema.arguments) {
      if (argument.type.is_write())
        written += (written.empty() ? "'" : ", '") + argument.name + "'";
    }
    return "changes its arguments " + written +
           ": list its functional variant, or list it under "
           "'supported'";
  }
  if (schema.returns.empty() && function.variant == Variant::functional) {
    return "gives nothing to record: list it under 'supported'";
  }
  for (const schema::Return& each : schema.returns) {
    if (each.type.base == Base::tensor && !each.type.is_optional) continue;
    return "gives " + to_string(each.type) + ", which is no tensor: list it under 'supported'";
  }
  const bool has_list = std::any_of(schema.returns.begin(), schema.returns.end(),
                                    [](const schema::Return& each) { return each.type.is_list; });
  if (has_list && schema.returns.size() > 1) {
    return "gives a list among other results: list it under 'supported'";
  }
  for (const schema::Argument& argument : schema.arguments) {
    if (argument.type.is_write() && argument.type.is_list) {
      return "writes a list of tensors, '" + argument.name + "': list it under 'supported'";
    }
  }
  return "";
}

std::string objection_to_node(const schema::Schema& schema) {
  for (const schema::Argument& argument : schema.arguments) {
    switch (argument.type.base) {
      case Base::dimension_name:
      case Base::dimension_vector:
      case Base::storage:
      case Base::stream:
      case Base::quantizer:
      case Base::sym_boolean:
      case Base::device_index:
      case Base::complex:
      case Base::any:
      case Base::graph_module:
        return fmt::format("no node can hold '{}', a {}: list it under 'supported'", argument.name,
                           to_string(argument.type));
      default:
        break;
    }
  }
  return "";
}

void check_backend(const Backend& backend, const NativeFunctions& functions,
                   const Families& families, Problems& problems) {
  check_key(backend, functions, problems);
  check_once(backend, problems);
  check_symint(backend, problems);
  check_keys(backend, families, problems);
  check_nodes(backend, problems);
  for (const Listed& each : backend.full_codegen) {
    const std::string objection = objection_to_kernel(*each.function);
    if (!objection.empty()) problems.add(each.where, each.function->name, objection);
  }
}

}  // namespace lazuli::codegen::torch
