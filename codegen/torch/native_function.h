// An operator of PyTorch's native_functions.yaml as data: what its entry says, and what follows
// from the entry alone. Families, back ends and C++ are not its affair.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codegen/problems.h"
#include "codegen/schema/variants.h"

namespace lazuli::codegen::torch {

// PyTorch's keys of dispatch that have kernels for every device.
inline constexpr std::string_view kCompositeImplicit = "CompositeImplicitAutograd";
inline constexpr std::string_view kCompositeExplicit = "CompositeExplicitAutograd";
inline constexpr std::string_view kCompositeNonFunctional =
    "CompositeExplicitAutogradNonFunctional";

struct NativeFunction {
  Position where;
  schema::Schema schema;
  schema::Variant variant = schema::Variant::functional;
  std::string name;  // "add.Tensor"

  std::map<std::string, std::string>
      dispatch;                     // kernel by dispatch key; keys written together apart
  bool is_structured = false;       // an out variant with a meta function of its own
  std::string structured_delegate;  // the out variant that has it: "add.out"
  std::string structured_inherits;
  std::vector<std::string> precomputed;
  std::map<std::string, std::string> ufunc_inner_loop;  // by "Generic", "ScalarOnly", ...

  std::vector<std::string> autogen;  // variants that PyTorch derives: "add.Scalar_out"
  std::vector<std::string> tags;
  bool is_function = true;  // at::add(x)
  bool is_method = false;   // x.add()
  bool has_device_guard = true;
  bool has_device_check = true;
  bool has_manual_registration = false;
  bool has_manual_binding = false;
  bool takes_const_references = false;                  // use_const_ref_for_mutable_tensors
  std::vector<std::string> arguments_without_defaults;  // cpp_no_default_args
  std::string python_module;
  std::string category;  // category_override

  bool is_derived = false;  // stands in no entry: derived for the `autogen` of another

  bool has_tag(std::string_view tag) const;
  bool has_kernel(std::string_view key) const;
  // Its output's sizes and dtype can be had from a meta function.
  bool has_meta_function() const { return is_structured || !structured_delegate.empty(); }
  // Decomposes above every back end, unless one takes it over.
  bool is_composite_implicit() const { return has_kernel(kCompositeImplicit); }
  // Its result shares memory with an argument.
  bool is_view() const;
};

// The operators of one catalogue; those that PyTorch derives follow the written ones.
struct NativeFunctions {
  std::vector<std::unique_ptr<NativeFunction>> all;  // unique_ptr: what refers to one stays good
  std::unordered_map<std::string, const NativeFunction*> by_name;
  size_t written = 0;  // of `all`, those that stand in the file

  const NativeFunction* find(const std::string& name) const;
  // For messages: " (did you mean 'add.Tensor'?)", or nothing.
  std::string nearest(const std::string& name) const;
  void add(NativeFunction function);
};

// The words that `backend` and dispatch tables may use.
bool is_dispatch_key(std::string_view word);
std::string nearest_dispatch_key(const std::string& word);

}  // namespace lazuli::codegen::torch
