#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "codegen/text.h"
#include "codegen/torch/cpp_signature.h"
#include "codegen/torch/emit.h"
#include "codegen/torch/node.h"
#include "codegen/torch/shape_rules.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Argument;
using schema::Base;
using schema::Variant;

// One kernel, line by line: count, fall back, find the device, work out the shapes, record, wrap.
class Kernel {
 public:
  Kernel(const Generation& generation, const NativeFunction& function)
      : generation_(generation),
        spelling_(generation.options.spelling),
        function_(function),
        schema_(function.schema),
        takes_symint_(generation.backend.takes_symint(function)),
        signature_(signature_of(function, takes_symint_)) {}

  std::string text() const {
    const std::string name =
        generation_.backend.class_name + "::" + kernel_name(function_, takes_symint_);
    return schema_comment(schema_) +
           packed(signature_.result + " " + name + "(", signature_.parameter_texts(), ") {") +
           counter() + fallback() + device() + shapes() + record() + result() + "}\n";
  }

 private:
  std::string op() const { return "\"aten::" + function_.name + "\""; }

  std::string counter() const {
    return fmt::format("  {}({});\n", spelled(spelling_.counter), op());
  }

  std::string fallback() const {
    if (!generation_.options.falls_back) return "";
    const char* suffix = takes_symint_ || !has_symint(schema_) ? "_symint" : "";
    return fmt::format("  if (lazy::falls_back({})) {{\n", op()) +
           packed(fmt::format("    return at::native::call_fallback_fn{}<&lazy::fallback, "
                              "at::_ops::{}>::call(",
                              suffix, unambiguous_name(schema_)),
                  signature_.names(), ");") +
           "  }\n";
  }

  std::string device() const {
    std::vector<std::string> items = {op()};
    for (const Argument& argument : schema_.arguments) {
      if (argument.type.has_tensors() || argument.type.base == Base::device) {
        items.push_back(argument.name);
      }
    }
    // A kernel that reads no tensor and writes what it is given only checks the device.
    const char* name = names_device() ? "const auto on = " : "";
    return packed(fmt::format("  {}{}(", name, spelled(spelling_.device)), items, ");");
  }

  bool names_device() const {
    const std::vector<NodeMember> members = node_members(schema_, spelling_);
    return function_.variant == Variant::functional ||
           std::any_of(members.begin(), members.end(),
                       [](const NodeMember& member) { return member.is_value; });
  }

  // The operator whose meta function gives the shapes of this one: the functional variant, which
  // promotes dtypes as the others do.
  const schema::Schema& shape_schema() const {
    const NativeFunction* functional = generation_.families.of(function_).functional();
    return functional && functional->has_meta_function() ? functional->schema : schema_;
  }

  std::string shapes() const {
    const ShapeSource source = shape_source(function_);
    if (source == ShapeSource::by_hand) {
      return packed(fmt::format("  auto shapes = ::{}::{}(", generation_.options.shape_space,
                                shape_rule_name(function_, takes_symint_)),
                    signature_.names(), ");");
    }
    const bool is_copy = source == ShapeSource::view_copy;
    const schema::Schema& shape = is_copy ? schema_ : shape_schema();
    std::string name = is_copy ? "at::compositeexplicitautogradnonfunctional::" : "at::meta::";
    name += shape.name;
    if (takes_symint_ && has_symint(schema_)) name += "_symint";
    std::vector<std::string> items;
    for (const Argument& argument : schema_.arguments) {
      if (argument.is_out()) continue;
      items.push_back(argument.type.has_tensors() ? "lazy::to_meta(" + argument.name + ")"
                                                  : argument.name);
    }
    return packed("  const auto meta = " + name + "(", items, ");");
  }

  std::string record() const {
    std::vector<std::string> items;
    for (const NodeMember& member : node_members(schema_, spelling_)) {
      items.push_back(node_argument(member, takes_symint_, spelling_));
    }
    items.emplace_back(shape_source(function_) == ShapeSource::by_hand ? "std::move(shapes)"
                                                                       : "lazy::shapes_of(meta)");
    return packed(fmt::format("  const auto results = {}<{}>(", spelled(spelling_.record),
                              node_name(schema_)),
                  items, ");");
  }

  std::string first_tensor() const {
    for (const Argument& argument : schema_.arguments) {
      if (argument.type.is_tensor() && !argument.type.is_optional) return argument.name;
    }
    return "";
  }

  std::string wrapped_result() const {
    std::string text = spelled(spelling_.wrap);
    if (spelling_.wraps_by_first_tensor && !first_tensor().empty()) {
      const bool is_pointer = spelling_.value_of_handle.starts_with("->");
      text = fmt::format("{}({}, on){}{}", spelled(spelling_.tensor_value), first_tensor(),
                         is_pointer ? "->" : ".", spelling_.wrap);
    }
    text += "(results[0], on)";
    return spelling_.to_tensor.empty() ? text : spelled(spelling_.to_tensor) + "(" + text + ")";
  }

  std::string result() const {
    if (function_.variant == Variant::in_place) {
      return fmt::format("  {}(self, results[0]);\n  return self;\n", spelled(spelling_.assign));
    }
    if (function_.variant == Variant::out) return into_out_arguments();
    if (schema_.returns.size() > 1) {
      return fmt::format("  return {}<{}>(results, on);\n", spelled(spelling_.wrap_tuple),
                         schema_.returns.size());
    }
    if (schema_.returns[0].type.is_list) {
      return fmt::format("  return {}(results, on);\n", spelled(spelling_.wrap_list));
    }
    return "  return " + wrapped_result() + ";\n";
  }

  std::string into_out_arguments() const {
    std::string text;
    std::vector<std::string> names;
    for (const Argument* argument : schema::out_arguments(schema_)) {
      text += fmt::format("  {}({}, results[{}]);\n", spelled(spelling_.assign_resized),
                          argument->name, names.size());
      names.push_back(argument->name);
    }
    if (names.size() == 1) return text + "  return " + names[0] + ";\n";
    return text + "  return {" + joined(names, ", ") + "};\n";
  }

  const Generation& generation_;
  const Spelling& spelling_;
  const NativeFunction& function_;
  const schema::Schema& schema_;
  const bool takes_symint_;
  const CppSignature signature_;
};

// The headers of PyTorch that the kernels call.
std::vector<std::string> aten_headers(const Generation& generation) {
  const bool falls_back = generation.options.falls_back;
  if (!generation.options.has_per_operator_headers) {
    std::vector<std::string> headers = {"<ATen/CompositeExplicitAutogradNonFunctionalFunctions.h>",
                                        "<ATen/MetaFunctions.h>"};
    if (falls_back) {
      headers.emplace_back("<ATen/Operators.h>");
      headers.emplace_back("<ATen/native/CPUFallback.h>");
    }
    return headers;
  }
  std::set<std::string> headers;
  if (falls_back) headers.insert("<ATen/native/CPUFallback.h>");
  for (const Listed& each : generation.backend.full_codegen) {
    const std::string base = schema::base_name(each.function->schema.name).base;
    switch (shape_source(*each.function)) {
      case ShapeSource::meta_function:
        headers.insert("<ATen/ops/" + base + "_meta_dispatch.h>");
        break;
      case ShapeSource::view_copy:
        headers.insert("<ATen/ops/" + base + "_compositeexplicitautogradnonfunctional_dispatch.h>");
        break;
      case ShapeSource::by_hand:
        break;
    }
    if (falls_back) headers.insert("<ATen/ops/" + base + "_ops.h>");
  }
  return {headers.begin(), headers.end()};
}

}  // namespace

std::string kernel(const Generation& generation, const NativeFunction& function) {
  return Kernel(generation, function).text();
}

std::string kernels_source(const Generation& generation) {
  const Backend& backend = generation.backend;
  std::string text = banner(generation, "The kernels that record.");
  text += include_lines({generated_header(generation, backend.key + "NativeFunctions.h")}) + "\n";
  text += include_lines(aten_headers(generation));
  text += include_lines({"<" + generation.options.shape_header + ">"}) + "\n";
  text += include_lines({"<utility>"}) + "\n" +
          include_lines({generated_header(generation, "LazyIr.h")}) + "\n";
  text += open_namespace(generation);
  for (const NativeFunction* function : sorted_by_name({&backend.full_codegen})) {
    text += kernel(generation, *function) + "\n";
  }
  return text + close_namespace(generation);
}

}  // namespace lazuli::codegen::torch
