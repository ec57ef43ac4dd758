#include "lazuli/nn/module.h"

#include <algorithm>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

Tensor Module::forward(const Tensor&) {
  throw ValueError("Module::forward: this module has no forward of one input");
}

Module::NamedParameters Module::named_parameters(bool recurse) const {
  NamedParameters found;
  collect("", recurse, found);
  return found;
}

std::vector<Tensor> Module::parameters(bool recurse) const {
  std::vector<Tensor> tensors;
  for (auto& [name, tensor] : named_parameters(recurse)) tensors.push_back(std::move(tensor));
  return tensors;
}

std::vector<std::shared_ptr<Module>> Module::children() const {
  std::vector<std::shared_ptr<Module>> modules;
  for (const auto& [name, module] : children_) modules.push_back(module);
  return modules;
}

void Module::zero_grad(bool set_to_none) {
  for (const Tensor& parameter : parameters()) {
    const Tensor grad = parameter.grad();
    if (!grad.defined()) continue;
    Tensor leaf = parameter;
    leaf.set_grad(set_to_none ? Tensor() : zeros(grad.sizes()));
  }
}

void Module::train(bool on) {
  is_training_ = on;
  for (const auto& [name, module] : children_) module->train(on);
}

Tensor Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name("register_parameter", name);
  LZ_CHECK(tensor.defined(), ValueError, "register_parameter: tensor '{}' is undefined", name);
  tensor.requires_grad_(requires_grad);
  parameters_.emplace_back(std::move(name), tensor);
  return tensor;
}

void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_name("register_module", name);
  LZ_CHECK(module != nullptr, ValueError, "register_module: module '{}' is empty", name);
  children_.emplace_back(std::move(name), std::move(module));
}

void Module::check_name(const char* function, std::string_view name) const {
  LZ_CHECK(!name.empty() && name.find('.') == std::string_view::npos, ValueError,
           "{}: need a name that is not empty and has no dot; got '{}'", function, name);
  const auto has_name = [&](const auto& entry) { return entry.first == name; };
  LZ_CHECK(std::none_of(parameters_.begin(), parameters_.end(), has_name) &&
               std::none_of(children_.begin(), children_.end(), has_name),
           ValueError, "{}: '{}' is taken", function, name);
}

void Module::collect(const std::string& prefix, bool recurse, NamedParameters& found) const {
  for (const auto& [name, tensor] : parameters_) {
    const bool is_known = std::any_of(found.begin(), found.end(), [&](const auto& entry) {
      return entry.second.is_same(tensor);
    });
    if (!is_known) found.emplace_back(prefix + name, tensor);
  }
  if (!recurse) return;
  for (const auto& [name, module] : children_) module->collect(prefix + name + ".", true, found);
}

}  // namespace lazuli::nn
