#include "codegen/torch/cpp_signature.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "codegen/text.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Base;
using schema::Type;

constexpr std::array<std::pair<Base, std::string_view>, 20> kValueTypes = {{
    {Base::integer, "int64_t"},
    {Base::sym_boolean, "c10::SymBool"},
    {Base::floating, "double"},
    {Base::boolean, "bool"},
    {Base::string, "c10::string_view"},
    {Base::dtype, "at::ScalarType"},
    {Base::device, "at::Device"},
    {Base::device_index, "at::DeviceIndex"},
    {Base::layout, "at::Layout"},
    {Base::memory_format, "at::MemoryFormat"},
    {Base::generator, "at::Generator"},
    {Base::storage, "at::Storage"},
    {Base::stream, "at::Stream"},
    {Base::dimension_name, "at::Dimname"},
    {Base::dimension_vector, "at::DimVector"},
    {Base::quantizer, "at::QScheme"},
    {Base::complex, "c10::complex<double>"},
    {Base::any, "c10::IValue"},
    {Base::scalar, "at::Scalar"},
    {Base::tensor, "at::Tensor"},
}};

class Types {
 public:
  Types(const NativeFunction& function, bool takes_symint)
      : function_(function), takes_symint_(takes_symint) {}

  std::string parameter(Type type) const {
    const bool is_written = type.is_write() && !function_.takes_const_references;
    type.alias.reset();
    if (type.is_optional) return optional(type, is_written);
    if (type.is_list) return list(type);
    switch (type.base) {
      case Base::tensor:
        return is_written ? "at::Tensor&" : "const at::Tensor&";
      case Base::scalar:
        return "const at::Scalar&";
      default:
        return value(type.base);
    }
  }

  std::string result(const std::vector<schema::Return>& returns) const {
    if (returns.empty()) return "void";
    std::vector<std::string> types;
    for (const schema::Return& each : returns) types.push_back(result(each.type));
    return types.size() == 1 ? types[0] : "::std::tuple<" + joined(types, ", ") + ">";
  }

 private:
  // SymInt counts in results whatever the parameters take.
  std::string value(Base base, bool is_result = false) const {
    if (base == Base::sym_integer) return takes_symint_ || is_result ? "c10::SymInt" : "int64_t";
    for (const auto& [each, text] : kValueTypes) {
      if (each == base) return std::string(text);
    }
    return "";
  }

  std::string list(const Type& type) const {
    if (type.base == Base::boolean && type.list_size) {
      return fmt::format("::std::array<bool, {}>", *type.list_size);
    }
    if (type.base == Base::integer) return "at::IntArrayRef";
    if (type.base == Base::sym_integer) {
      return takes_symint_ ? "c10::SymIntArrayRef" : "at::IntArrayRef";
    }
    if (type.base == Base::tensor && type.is_element_optional) {
      return "const c10::List<::std::optional<at::Tensor>>&";
    }
    if (type.base == Base::tensor) {
      return function_.has_meta_function() ? "const at::ITensorListRef&" : "at::TensorList";
    }
    return "at::ArrayRef<" + value(type.base) + ">";
  }

  std::string optional(Type type, bool is_written) const {
    type.is_optional = false;
    if (type.is_list) {
      if (type.base == Base::integer) return "at::OptionalIntArrayRef";
      if (type.base == Base::sym_integer) {
        return takes_symint_ ? "at::OptionalSymIntArrayRef" : "at::OptionalIntArrayRef";
      }
      return "::std::optional<" + list(type) + ">";
    }
    if (type.base == Base::tensor) {
      return is_written ? "at::Tensor&" : "const ::std::optional<at::Tensor>&";
    }
    if (type.base == Base::scalar) return "const ::std::optional<at::Scalar>&";
    return "::std::optional<" + value(type.base) + ">";
  }

  std::string result(Type type) const {
    const bool is_written = type.is_write();
    type.alias.reset();
    if (type.is_list) {
      type.is_list = false;
      return "::std::vector<" + result(type) + ">";
    }
    if (type.is_optional) {
      type.is_optional = false;
      return "::std::optional<" + result(type) + ">";
    }
    if (type.base == Base::tensor && is_written) {
      return function_.takes_const_references ? "const at::Tensor&" : "at::Tensor&";
    }
    return value(type.base, true);
  }

  const NativeFunction& function_;
  const bool takes_symint_;
};

}  // namespace

std::vector<std::string> CppSignature::parameter_texts() const {
  std::vector<std::string> texts;
  for (const CppParameter& each : parameters) texts.push_back(each.type + " " + each.name);
  return texts;
}

std::vector<std::string> CppSignature::names() const {
  std::vector<std::string> names;
  for (const CppParameter& each : parameters) names.push_back(each.name);
  return names;
}

std::string CppSignature::declaration(const std::string& name) const {
  return result + " " + name + "(" + joined(parameter_texts(), ", ") + ")";
}

CppSignature signature_of(const NativeFunction& function, bool takes_symint) {
  const Types types(function, takes_symint);
  CppSignature signature;
  for (const schema::Argument& argument : function.schema.arguments) {
    signature.parameters.push_back({types.parameter(argument.type), argument.name, &argument});
  }
  signature.result = types.result(function.schema.returns);
  return signature;
}

std::string kernel_name(const NativeFunction& function, bool takes_symint) {
  std::string name = function.schema.name;
  if (!schema::out_arguments(function.schema).empty()) name += "_out";
  return takes_symint ? name + "_symint" : name;
}

std::string unambiguous_name(const schema::Schema& schema) {
  return schema.overload.empty() ? schema.name : schema.name + "_" + schema.overload;
}

bool has_symint(const schema::Schema& schema) {
  return std::any_of(
      schema.arguments.begin(), schema.arguments.end(),
      [](const schema::Argument& argument) { return argument.type.base == Base::sym_integer; });
}

}  // namespace lazuli::codegen::torch
