#include "codegen/torch/native_function.h"

#include <algorithm>
#include <array>

#include "codegen/text.h"

namespace lazuli::codegen::torch {
namespace {

// DispatchKey of c10/core/DispatchKey.h: what belongs to no device, ...
constexpr std::array<std::string_view, 51> kKeys = {"Undefined",
                                                    "FPGA",
                                                    "MAIA",
                                                    "Vulkan",
                                                    "Metal",
                                                    "MKLDNN",
                                                    "OpenGL",
                                                    "OpenCL",
                                                    "IDEEP",
                                                    "CustomRNGKeyId",
                                                    "MkldnnCPU",
                                                    "Sparse",
                                                    "SparseCsr",
                                                    "NestedTensor",
                                                    "Dense",
                                                    "PythonTLSSnapshot",
                                                    "PreDispatch",
                                                    "PythonDispatcher",
                                                    "Python",
                                                    "FuncTorchDynamicLayerBackMode",
                                                    "ZeroTensor",
                                                    "Conjugate",
                                                    "Negative",
                                                    "BackendSelect",
                                                    "Named",
                                                    "AutogradOther",
                                                    "AutogradFunctionality",
                                                    "AutogradNestedTensor",
                                                    "Tracer",
                                                    "Autocast",
                                                    "AutocastCPU",
                                                    "AutocastCUDA",
                                                    "AutocastXPU",
                                                    "Batched",
                                                    "VmapMode",
                                                    "FuncTorchGradWrapper",
                                                    "FuncTorchBatched",
                                                    "BatchedNestedTensor",
                                                    "FuncTorchVmapMode",
                                                    "FuncTorchDynamicLayerFrontMode",
                                                    "Functionalize",
                                                    "TESTING_ONLY_GenericWrapper",
                                                    "TESTING_ONLY_GenericMode",
                                                    "ADInplaceOrView",
                                                    "Autograd",
                                                    kCompositeImplicit,
                                                    "CompositeImplicitAutogradNestedTensor",
                                                    kCompositeExplicit,
                                                    kCompositeNonFunctional,
                                                    "FuncTorchBatchedDecomposition",
                                                    "AutocastPrivateUse1"};
// ... and what each device has one of.
constexpr std::array<std::string_view, 6> kFunctionalities = {
    "", "Quantized", "Sparse", "SparseCsr", "NestedTensor", "Autograd"};
constexpr std::array<std::string_view, 15> kDevices = {
    "CPU", "CUDA", "HIP",  "XLA",  "MTIA",        "MPS",         "IPU",        "XPU",
    "HPU", "VE",   "Lazy", "Meta", "PrivateUse1", "PrivateUse2", "PrivateUse3"};

const std::vector<std::string>& dispatch_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all(kKeys.begin(), kKeys.end());
    for (const std::string_view functionality : kFunctionalities) {
      for (const std::string_view device : kDevices) {
        all.push_back(std::string(functionality) + std::string(device));
      }
    }
    return all;
  }();
  return keys;
}

}  // namespace

bool NativeFunction::has_tag(std::string_view tag) const {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

bool NativeFunction::has_kernel(std::string_view key) const {
  return dispatch.count(std::string(key)) > 0;
}

bool NativeFunction::is_view() const {
  for (const schema::Return& each : schema.returns) {
    if (each.type.alias && !each.type.is_write()) return true;
  }
  for (const schema::Argument& argument : schema.arguments) {
    if (!argument.type.alias) continue;
    const std::vector<std::string>& after = argument.type.alias->after;
    if (std::find(after.begin(), after.end(), "*") != after.end()) return true;
  }
  return has_tag("inplace_view") && name != "resize_" && name != "resize_as_";
}

const NativeFunction* NativeFunctions::find(const std::string& name) const {
  const auto place = by_name.find(name);
  return place == by_name.end() ? nullptr : place->second;
}

std::string NativeFunctions::nearest(const std::string& name) const {
  // An overload of the same name is nearer than any other spelling.
  const std::string base = name.substr(0, name.find('.'));
  std::vector<std::string> names;
  for (const auto& function : all) {
    if (function->schema.name == base) names.push_back(function->name);
  }
  if (!names.empty()) {
    const std::string text = suggestion(name, names);
    return text.empty() ? " (did you mean '" + names.front() + "'?)" : text;
  }
  names.clear();
  for (const auto& function : all) names.push_back(function->name);
  return suggestion(name, names);
}

void NativeFunctions::add(NativeFunction function) {
  all.push_back(std::make_unique<NativeFunction>(std::move(function)));
  by_name.emplace(all.back()->name, all.back().get());
}

bool is_dispatch_key(std::string_view word) {
  const std::vector<std::string>& keys = dispatch_keys();
  return std::find(keys.begin(), keys.end(), word) != keys.end();
}

std::string nearest_dispatch_key(const std::string& word) {
  return suggestion(word, dispatch_keys());
}

}  // namespace lazuli::codegen::torch
