#include "codegen/torch/node.h"

#include <fmt/core.h>

#include <array>

namespace lazuli::codegen::torch {
namespace {

using schema::Base;
using schema::Type;

constexpr std::array<std::pair<Base, std::string_view>, 11> kOwned = {{
    {Base::scalar, "at::Scalar"},
    {Base::integer, "int64_t"},
    {Base::sym_integer, "int64_t"},
    {Base::floating, "double"},
    {Base::boolean, "bool"},
    {Base::string, "std::string"},
    {Base::dtype, "at::ScalarType"},
    {Base::device, "at::Device"},
    {Base::layout, "at::Layout"},
    {Base::memory_format, "at::MemoryFormat"},
    {Base::generator, "at::Generator"},
}};

std::string optional(const std::string& type) { return "std::optional<" + type + ">"; }

std::string member_type(const Type& type, const Spelling& spelling) {
  std::string text;
  if (type.base == Base::tensor) text = spelled(spelling.value_class);
  for (const auto& [base, name] : kOwned) {
    if (type.base == base) text = name;
  }
  if (type.is_list) {
    if (type.is_element_optional) text = optional(text);
    text = type.base == Base::boolean && type.list_size
               ? fmt::format("std::array<bool, {}>", *type.list_size)
               : "std::vector<" + text + ">";
  }
  return type.is_optional ? optional(text) : text;
}

}  // namespace

std::vector<NodeMember> node_members(const schema::Schema& schema, const Spelling& spelling) {
  std::vector<NodeMember> result;
  for (const schema::Argument& argument : schema.arguments) {
    if (argument.is_out()) continue;
    result.push_back({argument.name, member_type(argument.type, spelling),
                      argument.type.base == Base::tensor, &argument});
  }
  return result;
}

std::string node_argument(const NodeMember& member, bool takes_symint, const Spelling& spelling) {
  const Type& type = member.argument->type;
  const std::string& name = member.name;
  if (type.base == Base::tensor) {
    const std::string& function = type.is_list       ? spelling.list_value
                                  : type.is_optional ? spelling.optional_value
                                                     : spelling.tensor_value;
    const std::string value = fmt::format("{}({}, on)", spelled(function), name);
    return type.is_list || type.is_optional ? value : value + spelling.value_of_handle;
  }
  if (type.base == Base::string) return fmt::format("lazy::text_of({})", name);
  if (type.is_list) {
    switch (type.base) {
      case Base::integer:
      case Base::sym_integer:
        return fmt::format("lazy::ints_of({})", name);
      case Base::floating:
        return fmt::format("lazy::floats_of({})", name);
      case Base::scalar:
        return fmt::format("lazy::numbers_of({})", name);
      case Base::boolean:
        return name;
      default:
        return fmt::format("lazy::list_of({})", name);
    }
  }
  return type.base == Base::sym_integer && takes_symint ? fmt::format("lazy::int_of({})", name)
                                                        : name;
}

}  // namespace lazuli::codegen::torch
