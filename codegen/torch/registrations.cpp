#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "codegen/text.h"
#include "codegen/torch/cpp_signature.h"
#include "codegen/torch/emit.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Argument;
using schema::Base;
using schema::Variant;

std::string wrapper_name(const NativeFunction& function) {
  return "wrapper_" + unambiguous_name(function.schema);
}

std::string registration(const NativeFunction& function) {
  return packed("  m.impl(",
                {"\"" + function.name + "\"", "TORCH_FN(" + wrapper_name(function) + ")"}, ");");
}

// PyTorch's dispatcher calls with symbolic ints; a kernel that takes plain ones gets their values.
std::string plain_int(const CppParameter& parameter) {
  const schema::Type& type = parameter.argument->type;
  const std::string& name = parameter.name;
  if (type.base != Base::sym_integer) return name;
  const std::string one = type.is_optional ? "*" + name : name;
  const std::string value = type.is_list ? "C10_AS_INTARRAYREF_SLOW(" + one + ")"
                                         : "(" + one + ").guard_int(__FILE__, __LINE__)";
  if (!type.is_optional) return value;
  return name + " ? ::std::make_optional(" + value + ") : ::std::nullopt";
}

// What a functional variant takes and an out variant does not: the options of the tensor to make
// are those of the one to write.
std::string option_of_out(const Argument& argument, const std::string& out) {
  if (argument.name == "dtype") return out + ".scalar_type()";
  if (argument.name == "layout") return out + ".layout()";
  if (argument.name == "device") return out + ".device()";
  return out + ".is_pinned()";
}

std::vector<std::string> torch_headers(const Generation& generation) {
  std::vector<std::string> headers = {"<torch/library.h>"};
  if (generation.backend.has_device_guard) {
    headers.insert(headers.begin(),
                   {"<ATen/DeviceGuard.h>", "<ATen/core/op_registration/adaption.h>",
                    "<c10/core/DeviceGuard.h>"});
  }
  return headers;
}

class Wrapper {
 public:
  Wrapper(const Generation& generation, const NativeFunction& function)
      : generation_(generation), function_(function), signature_(signature_of(function, true)) {}

  // Calls the listed kernel.
  std::string direct() const {
    const Backend& backend = generation_.backend;
    const bool takes_symint = backend.takes_symint(function_);
    std::vector<std::string> arguments;
    for (const CppParameter& each : signature_.parameters) {
      arguments.push_back(takes_symint ? each.name : plain_int(each));
    }
    return head() + checks() + guard() +
           packed(fmt::format("  return {}::{}(", backend.class_name,
                              kernel_name(function_, takes_symint)),
                  arguments, ");") +
           "}\n";
  }

  // Calls the functional variant and writes its results.
  std::string derived() const {
    const NativeFunction& functional = *generation_.families.of(function_).functional();
    std::vector<std::string> arguments;
    const std::vector<const Argument*> outs = schema::out_arguments(function_.schema);
    for (const Argument& argument : functional.schema.arguments) {
      const bool is_shared = function_.schema.find(argument.name);
      arguments.push_back(is_shared ? argument.name : option_of_out(argument, outs.front()->name));
    }
    std::string text =
        fmt::format("// By '{}'.\n", functional.name) + head() +
        packed(fmt::format("  auto result = {}(", wrapper_name(functional)), arguments, ");");
    const Spelling& spelling = generation_.options.spelling;
    const bool is_in_place = function_.variant == Variant::in_place;
    const std::string write = spelled(is_in_place ? spelling.assign : spelling.assign_resized);
    std::vector<const Argument*> targets = outs;
    if (is_in_place) targets = {function_.schema.find("self")};
    for (size_t i = 0; i < targets.size(); ++i) {
      const std::string& target = targets[i]->name;
      const std::string value =
          functional.schema.returns.size() == 1 ? "result" : fmt::format("std::get<{}>(result)", i);
      if (targets[i]->type.is_list) {
        text += fmt::format("  for (size_t i = 0; i < {0}.size(); ++i) {1}({2}[i], {0}[i]);\n",
                            value, write, target);
      } else {
        text += fmt::format("  {}({}, {});\n", write, target, value);
      }
    }
    return text + returned(targets) + "}\n";
  }

 private:
  std::string head() const {
    return schema_comment(function_.schema) +
           packed(signature_.result + " " + wrapper_name(function_) + "(",
                  signature_.parameter_texts(), ") {");
  }

  std::string checks() const {
    if (!generation_.backend.has_device_guard || !function_.has_device_check) return "";
    std::string text;
    for (const Argument& argument : function_.schema.arguments) {
      if (!argument.type.has_tensors()) continue;
      text += packed("  c10::impl::check_and_update_common_device(",
                     {"common_device", argument.name, "\"aten::" + function_.name + "\"",
                      "\"" + argument.name + "\""},
                     ");");
    }
    return text.empty() ? "" : "  std::optional<at::Device> common_device;\n" + text;
  }

  std::string guard() const {
    if (!generation_.backend.has_device_guard || !function_.has_device_guard) return "";
    if (schema::tensor_options(function_.schema) >= 0) {
      return "  const c10::DeviceGuard guard(c10::device_or_default(device));\n";
    }
    // self, then out arguments, then the first of the others.
    std::vector<const Argument*> candidates;
    if (const Argument* self = function_.schema.find("self")) candidates.push_back(self);
    for (const Argument* out : schema::out_arguments(function_.schema)) candidates.push_back(out);
    for (const Argument& argument : function_.schema.arguments) candidates.push_back(&argument);
    for (const Argument* argument : candidates) {
      if (!argument->type.has_tensors()) continue;
      return fmt::format("  const c10::OptionalDeviceGuard guard(at::device_of({}));\n",
                         argument->name);
    }
    return "";
  }

  std::string returned(const std::vector<const Argument*>& targets) const {
    const size_t count = function_.schema.returns.size();
    if (count == 0) return "";
    if (count == 1) return "  return " + targets[0]->name + ";\n";
    std::vector<std::string> names;
    for (const Argument* target : targets) names.push_back(target->name);
    return "  return {" + joined(names, ", ") + "};\n";
  }

  const Generation& generation_;
  const NativeFunction& function_;
  const CppSignature signature_;
};

std::vector<const NativeFunction*> listed(const Generation& generation, bool is_autograd) {
  const Backend& backend = generation.backend;
  std::vector<const NativeFunction*> result =
      is_autograd ? sorted_by_name({&backend.autograd})
                  : sorted_by_name({&backend.full_codegen, &backend.supported});
  std::erase_if(result, [](const NativeFunction* each) { return each->has_manual_registration; });
  return result;
}

}  // namespace

std::vector<const NativeFunction*> derived_variants(const Generation& generation,
                                                    bool is_autograd) {
  std::vector<const NativeFunction*> result;
  if (generation.backend.uses_out_as_primary) return result;
  for (const NativeFunction* function : listed(generation, is_autograd)) {
    const Family& family = generation.families.of(*function);
    if (!family.is_whole() || family.functional() != function) continue;
    for (const Variant variant : {Variant::in_place, Variant::out}) {
      const NativeFunction* other = family.get(variant);
      if (!other || generation.backend.has_kernel(*other, is_autograd)) continue;
      if (!other->has_manual_registration) result.push_back(other);
    }
  }
  return result;
}

std::string registrations_source(const Generation& generation, bool is_autograd) {
  const Backend& backend = generation.backend;
  const std::string key = is_autograd ? backend.autograd_key() : backend.key;
  std::string text = banner(generation, "What PyTorch's dispatcher calls for the key " + key + ".");
  text += include_lines({generated_header(generation, backend.key + "NativeFunctions.h")}) + "\n";
  text += include_lines(torch_headers(generation));
  text += "\n" + include_lines({"\"" + generation.options.spelling.header + "\""});
  text += include_lines(backend.extra_headers) + "\n";
  text += open_namespace(generation) + "namespace {\n\n";
  std::string lines;
  for (const NativeFunction* function : listed(generation, is_autograd)) {
    text += Wrapper(generation, *function).direct() + "\n";
    lines += registration(*function);
  }
  for (const NativeFunction* function : derived_variants(generation, is_autograd)) {
    text += Wrapper(generation, *function).derived() + "\n";
    lines += registration(*function);
  }
  const std::string name = "Register" + generation.options.backend_name + key + "NativeFunctions";
  text += "void add_kernels(::torch::Library& m) {\n" + lines + "}\n\n";
  text += "}  // namespace\n\n";
  text += "// The kernels stay for the life of the process; a second call changes nothing.\n";
  text += fmt::format("void {}();\nvoid {}() {{\n", name, name);
  text += fmt::format(
      "  static ::torch::Library library(::torch::Library::IMPL, \"aten\",\n"
      "                                  c10::DispatchKey::{}, __FILE__, __LINE__);\n"
      "  static const bool is_done = (add_kernels(library), true);\n  (void)is_done;\n}}\n\n",
      key);
  if (generation.options.registers_eagerly) {
    text += fmt::format(
        "// When the library is loaded.\n[[maybe_unused]] const bool is_registered_{} = ({}(), "
        "true);\n\n",
        key, name);
  }
  return text + close_namespace(generation);
}

}  // namespace lazuli::codegen::torch
