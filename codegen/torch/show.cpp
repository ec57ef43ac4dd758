#include "codegen/torch/show.h"

#include <fmt/core.h>

#include <algorithm>

#include "codegen/text.h"
#include "codegen/torch/check_backend.h"
#include "codegen/torch/cpp_signature.h"
#include "codegen/torch/emit.h"
#include "codegen/torch/lowering.h"
#include "codegen/torch/node.h"
#include "codegen/torch/shape_rules.h"

namespace lazuli::codegen::torch {
namespace {

// "key         value": the key once, its further lines below.
class Table {
 public:
  void add(const std::string& key, const std::string& value) {
    if (value.empty()) return;
    text_ += fmt::format("{:<11} {}\n", key == last_ ? "" : key, value);
    last_ = key;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string last_;
};

std::string letters(const schema::Alias& alias) {
  std::string text = "'" + joined(alias.before, "|") + "'";
  if (!alias.after.empty()) text += ", then '" + joined(alias.after, "|") + "'";
  return text;
}

std::string role(const NodeMember& member) {
  if (member.is_value) return "a value that the node reads";
  if (member.argument->type.base == schema::Base::scalar) return "a number of the node";
  return "an attribute of the node";
}

void add_arguments(const Generation& generation, const NativeFunction& function, Table& table) {
  const bool takes_symint = generation.backend.takes_symint(function);
  const std::vector<NodeMember> members =
      node_members(function.schema, generation.options.spelling);
  for (const CppParameter& each : signature_of(function, takes_symint).parameters) {
    const schema::Argument& argument = *each.argument;
    std::string text =
        fmt::format("{:<16} {:<14} {}", each.name, to_string(argument.type), each.type);
    for (const NodeMember& member : members) {
      if (member.name == each.name) text += "; " + role(member);
    }
    if (argument.type.is_write()) text += "; is written";
    if (argument.type.alias) text += "; its memory is " + letters(*argument.type.alias);
    if (argument.default_text) text += "; default " + *argument.default_text;
    if (argument.is_keyword_only) text += "; by keyword only";
    table.add("arguments", text);
  }
}

void add_results(const NativeFunction& function, Table& table) {
  if (function.schema.returns.empty()) table.add("results", "none");
  for (const schema::Return& each : function.schema.returns) {
    std::string text = to_string(each.type) + (each.name.empty() ? "" : " " + each.name);
    if (each.type.alias) {
      text += "; its memory is " + letters(*each.type.alias) + " of the arguments";
    } else if (each.type.has_tensors()) {
      text += "; memory of its own";
    }
    table.add("results", text);
  }
}

void add_family(const Generation& generation, const NativeFunction& function, Table& table) {
  const Family& family = generation.families.of(function);
  for (const NativeFunction* each : family.functions()) {
    std::string text = fmt::format("{:<11} {}", schema::name_of(each->variant), each->name);
    if (each->is_derived) text += "; derived for 'autogen'";
    if (each->is_structured) text += "; structured";
    if (!each->structured_delegate.empty()) text += "; delegates to " + each->structured_delegate;
    table.add("family", text);
  }
  if (!family.is_whole()) {
    table.add("family", "without a functional and an out variant: no variant is made from another");
  }
}

void add_catalogue_facts(const NativeFunction& function, Table& table) {
  for (const auto& [key, kernel] : function.dispatch) table.add("dispatch", key + ": " + kernel);
  if (function.is_composite_implicit()) {
    table.add("dispatch", "(decomposes above every back end that has no kernel of its own)");
  }
  table.add("tags", joined(function.tags, ", "));
  table.add("autogen", joined(function.autogen, ", "));
  if (function.is_view()) table.add("view", "its result shares memory with an argument");
}

const char* list_of(const Backend& backend, const NativeFunction& function, Position& where) {
  for (const auto& [name, list] : backend.operator_lists()) {
    for (const Listed& each : *list) {
      if (each.function != &function) continue;
      where = each.where;
      return name;
    }
  }
  return "";
}

// Parts of the generated files, after the table.
std::string code(const Generation& generation, const NativeFunction& function,
                 const std::string& list) {
  std::string text;
  if (list == "full_codegen") text += "\n" + kernel(generation, function);
  if (list == "full_codegen" || list == "ir_gen") {
    text += "\n" + node_class(generation, function.schema);
  }
  if (generation.lowerings) text += "\n" + lowering_definition(generation, function);
  return text;
}

void add_generated(const Generation& generation, const NativeFunction& function,
                   const std::string& list, const Position& where, Table& table) {
  const bool is_autograd = list == "autograd";
  const Backend& backend = generation.backend;
  const bool takes_symint = backend.takes_symint(function);
  const std::string key = is_autograd ? backend.autograd_key() : backend.key;
  if (where.line > 0) table.add("listed", "under '" + list + "', " + where.text());
  if (list == "ir_gen") {
    table.add("generated", "the node " + node_name(function.schema));
    return;
  }
  table.add("generated", fmt::format("the declaration of {}::{}", backend.class_name,
                                     kernel_name(function, takes_symint)));
  if (list == "full_codegen") {
    table.add("generated", "its kernel and the node " + node_name(function.schema));
  } else {
    table.add("generated", "no kernel: it is written by hand");
  }
  table.add("generated", "its registration with the key " + key);
  for (const NativeFunction* each : derived_variants(generation, is_autograd)) {
    if (generation.families.of(*each).functional() != &function) continue;
    table.add("generated", "the registration of " + each->name + ", which calls it and copies");
  }
}

}  // namespace

std::string show(const Generation& generation, const NativeFunction& function) {
  Table table;
  add_arguments(generation, function, table);
  add_results(function, table);
  add_family(generation, function, table);
  add_catalogue_facts(function, table);
  table.add("shapes", shape_reason(function));
  const bool takes_symint = generation.backend.takes_symint(function);
  if (shape_source(function) == ShapeSource::by_hand) {
    table.add("shapes", shape_rule_declaration(function, takes_symint, generation.options));
  }
  if (generation.lowerings) {
    const Lowering lowering = generation.lowerings->of(function);
    table.add("lazuli", std::string(name_of(lowering.kind)) +
                            (lowering.by.empty() ? "" : ": " + lowering.by));
  }
  Position where;
  std::string list = list_of(generation.backend, function, where);
  std::string objection = objection_to_kernel(function);
  if (objection.empty()) objection = objection_to_node(function.schema);
  if (!objection.empty()) table.add("no kernel", objection);

  Backend backend = generation.backend;
  if (list.empty() && !backend.file.empty()) {
    table.add("listed", "not in " + backend.file);
  } else if (list.empty()) {
    list = objection.empty() ? "full_codegen" : "supported";
    (objection.empty() ? backend.full_codegen : backend.supported).push_back({{}, &function});
  }
  const Generation shown{generation.functions, generation.families, backend, generation.options,
                         generation.lowerings};
  if (!list.empty()) add_generated(shown, function, list, where, table);
  return fmt::format("{}  {}  {}\n{}\n", function.name, function.where.text(),
                     schema::name_of(function.variant), schema_comment(function.schema)) +
         table.text() + (list.empty() ? "" : code(shown, function, list));
}

}  // namespace lazuli::codegen::torch
