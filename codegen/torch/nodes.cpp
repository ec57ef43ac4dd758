#include <fmt/core.h>

#include "codegen/text.h"
#include "codegen/torch/cpp_signature.h"
#include "codegen/torch/emit.h"
#include "codegen/torch/lowering.h"
#include "codegen/torch/node.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Schema;
using Shape = NodeProperties::Shape;

// Numbers and flags go by value, what owns memory by reference.
std::string passed(const NodeMember& member) {
  const schema::Type& type = member.argument->type;
  const bool is_small = !type.is_list && !member.is_value && type.base != schema::Base::scalar &&
                        type.base != schema::Base::string && type.base != schema::Base::generator;
  return is_small ? member.type + " " + member.name : "const " + member.type + "& " + member.name;
}

class NodeClass {
 public:
  NodeClass(const Generation& generation, const Schema& schema, const std::string& kind,
            const NodeProperties& properties, bool has_lowering)
      : spelling_(generation.options.spelling),
        schema_(schema),
        kind_(kind),
        properties_(properties),
        has_lowering_(has_lowering),
        name_(node_name(schema)),
        members_(node_members(schema, spelling_)) {}

  std::string text() const {
    std::string text = schema_comment(schema_);
    text += fmt::format("class {} final : public {} {{\n public:\n", name_,
                        spelled(spelling_.node_base));
    text += fmt::format("  static constexpr const char* kOp = \"{}\";\n\n", kind_);
    text += constructor() + "\n" + operands() + to_string() + reuse() + create();
    if (has_lowering_) text += "  std::vector<" + value() + "> lower() const override;\n";
    if (!members_.empty()) text += "\n";
    for (const NodeMember& member : members_) {
      text += fmt::format("  {} {};\n", member.type, member.name);
    }
    return text + "};\n";
  }

 private:
  std::string value() const { return spelled(spelling_.value_class); }

  std::vector<std::string> parameters() const {
    std::vector<std::string> result;
    for (const NodeMember& member : members_) result.push_back(passed(member));
    return result;
  }

  std::string constructor() const {
    std::vector<std::string> all = parameters();
    std::string shapes = "std::move(shapes)";
    if (properties_.shape == Shape::given) {
      all.push_back("std::vector<" + spelled(spelling_.shape_class) + ">&& shapes");
    } else {
      std::vector<std::string> names;
      for (const NodeMember& member : members_) names.push_back(member.name);
      shapes =
          fmt::format("lazy::compute_shape_{}({})", unambiguous_name(schema_), joined(names, ", "));
      if (properties_.shape == Shape::cached) shapes = "[&] { return " + shapes + "; }";
    }
    std::string text = packed(std::string("  ") + explicit_word(all) + name_ + "(", all, ")");
    std::vector<std::string> initialised = {
        fmt::format("{}(kOp, {})", base_word(spelling_.node_base), shapes)};
    for (const NodeMember& member : members_) {
      initialised.push_back(fmt::format("{}({})", member.name, member.name));
    }
    return text + chained("      : ", initialised, ",", " {}");
  }

  static const char* explicit_word(const std::vector<std::string>& parameters) {
    return parameters.size() == 1 ? "explicit " : "";
  }
  // A base class is initialised by its last word.
  static std::string base_word(const std::string& name) {
    const size_t colon = name.rfind("::");
    return colon == name.npos ? name : name.substr(colon + 2);
  }

  std::string operands() const {
    std::vector<std::string> values;
    for (const NodeMember& member : members_) {
      if (member.is_value) values.push_back(member.name);
    }
    return packed("  lazy::Operands operands() const override { return lazy::operands_of(", values,
                  "); }");
  }

  std::string to_string() const {
    std::vector<std::string> parts = {base_word(spelling_.node_base) + "::to_string()"};
    for (const NodeMember& member : members_) {
      if (member.is_value) continue;
      parts.push_back(fmt::format("\", {}=\" + lazy::text({})", member.name, member.name));
    }
    if (parts.size() == 1) return "";
    return "  std::string to_string() const override {\n" +
           chained("    return ", parts, " +", ";") + "  }\n";
  }

  std::string reuse() const {
    const std::string head = "  bool can_be_reused(";
    if (!properties_.defines_reuse) return packed(head, parameters(), ") const;");
    std::vector<std::string> same;
    for (const NodeMember& member : members_) {
      same.push_back(fmt::format("lazy::is_same(this->{}, {})", member.name, member.name));
    }
    if (same.empty()) same = {"true"};
    return packed(head, parameters(), ") const {") + chained("    return ", same, " &&", ";") +
           "  }\n";
  }

  std::string create() const {
    if (!properties_.defines_create && !properties_.declares_create) return "";
    const std::string head = "  static std::vector<" + value() + "> create(";
    if (properties_.declares_create) return packed(head, parameters(), ");");
    std::vector<std::string> names;
    for (const NodeMember& member : members_) names.push_back(member.name);
    return packed(head, parameters(), ") {") +
           packed(fmt::format("    return {}<{}>(", spelled(spelling_.record), name_), names,
                  ");") +
           "  }\n";
  }

  const Spelling& spelling_;
  const Schema& schema_;
  const std::string kind_;
  const NodeProperties& properties_;
  const bool has_lowering_;
  const std::string name_;
  const std::vector<NodeMember> members_;
};

std::string header_start(const Generation& generation, const std::string& purpose) {
  const Spelling& spelling = generation.options.spelling;
  std::vector<std::string> headers = {"\"" + spelling.header + "\""};
  if (!spelling.node_base_header.empty())
    headers.push_back("\"" + spelling.node_base_header + "\"");
  for (const std::string& header : generation.backend.extra_headers) headers.push_back(header);
  return banner(generation, purpose) + "#pragma once\n\n" +
         include_lines({"<array>", "<optional>", "<string>", "<utility>", "<vector>"}) + "\n" +
         include_lines(headers) + "\n" + open_namespace(generation);
}

}  // namespace

std::string node_class(const Generation& generation, const Schema& schema) {
  static const NodeProperties kNative = [] {
    NodeProperties properties;
    properties.shape = Shape::given;
    properties.declares_lower = false;
    return properties;
  }();
  const NativeFunction* function = generation.functions.find(schema.full_name());
  const bool has_lowering =
      generation.lowerings && function && generation.lowerings->has_body(*function);
  return NodeClass(generation, schema, "aten::" + schema.full_name(), kNative, has_lowering).text();
}

std::string nodes_header(const Generation& generation) {
  std::string text =
      header_start(generation, "The nodes that the kernels record, one class an operator.");
  for (const NativeFunction* function : generated_nodes(generation)) {
    text += node_class(generation, function->schema) + "\n";
  }
  return text + close_namespace(generation);
}

std::string non_native_nodes_header(const Generation& generation) {
  std::string text = header_start(generation, "Nodes that no operator of PyTorch stands for.");
  for (const NonNative& each : generation.backend.non_native) {
    const std::string kind = each.op_kind.empty() ? each.schema.full_name() : each.op_kind;
    text += NodeClass(generation, each.schema, kind, each.properties,
                      generation.options.has_lowerings && each.properties.declares_lower)
                .text() +
            "\n";
  }
  return text + close_namespace(generation);
}

}  // namespace lazuli::codegen::torch
