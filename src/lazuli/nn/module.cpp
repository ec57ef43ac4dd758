#include "lazuli/nn/module.h"

#include <algorithm>
#include <ostream>
#include <sstream>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {
namespace {

std::vector<Tensor> tensors_of(const NamedTensors& named) {
  std::vector<Tensor> tensors;
  for (const auto& [name, tensor] : named) tensors.push_back(tensor);
  return tensors;
}

void print(std::ostream& out, const Module& module, const std::string& indent) {
  module.pretty_print(out);
  if (module.named_children().empty()) return;
  out << "(\n";
  for (const auto& [name, child] : module.named_children()) {
    out << indent << "  (" << name << "): ";
    print(out, *child, indent + "  ");
    out << "\n";
  }
  out << indent << ")";
}

}  // namespace

NamedTensors Module::named_parameters(bool recurse) const {
  NamedTensors found;
  collect(&Module::parameters_, "", recurse, found);
  return found;
}

NamedTensors Module::named_buffers(bool recurse) const {
  NamedTensors found;
  collect(&Module::buffers_, "", recurse, found);
  return found;
}

std::vector<Tensor> Module::parameters(bool recurse) const {
  return tensors_of(named_parameters(recurse));
}

std::vector<Tensor> Module::buffers(bool recurse) const {
  return tensors_of(named_buffers(recurse));
}

std::vector<std::shared_ptr<Module>> Module::children() const {
  std::vector<std::shared_ptr<Module>> modules;
  for (const auto& [name, module] : children_) modules.push_back(module);
  return modules;
}

Module::NamedModules Module::named_modules() const {
  NamedModules found;
  collect("", found);
  return found;
}

std::vector<std::shared_ptr<Module>> Module::modules() const {
  std::vector<std::shared_ptr<Module>> found;
  for (auto& [name, module] : named_modules()) found.push_back(std::move(module));
  return found;
}

NamedTensors Module::state_dict() const {
  NamedTensors state = named_parameters();
  for (auto& entry : named_buffers()) state.push_back(std::move(entry));
  return state;
}

void Module::load_state_dict(const NamedTensors& state, bool is_strict, At at) {
  copy_named("load_state_dict", state_dict(), state, is_strict, at);
}

void Module::apply(const std::function<void(Module&)>& function) {
  for (const auto& [name, module] : children_) module->apply(function);
  function(*this);
}

void Module::zero_grad(bool set_to_none) {
  for (const Tensor& parameter : parameters()) {
    const Tensor grad = parameter.grad();
    if (grad.defined()) parameter.set_grad(set_to_none ? Tensor() : zeros_like(grad));
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

Tensor Module::register_buffer(std::string name, Tensor tensor) {
  check_name("register_buffer", name);
  LZ_CHECK(tensor.defined(), ValueError, "register_buffer: tensor '{}' is undefined", name);
  buffers_.emplace_back(std::move(name), tensor);
  return tensor;
}

void Module::pretty_print(std::ostream& out) const { out << "Module"; }

void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_name("register_module", name);
  LZ_CHECK(module != nullptr, ValueError, "register_module: module '{}' is empty", name);
  children_.emplace_back(std::move(name), std::move(module));
}

void Module::check_name(const char* function, std::string_view name) const {
  LZ_CHECK(!name.empty() && name.find('.') == std::string_view::npos, ValueError,
           "{}: need a name that is not empty and has no dot; got '{}'", function, name);
  const auto is_in = [&](const auto& entries) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto& entry) { return entry.first == name; });
  };
  LZ_CHECK(!is_in(parameters_) && !is_in(buffers_) && !is_in(children_), ValueError,
           "{}: '{}' is taken", function, name);
}

void Module::collect(NamedTensors Module::*member, const std::string& prefix, bool recurse,
                     NamedTensors& found) const {
  for (const auto& [name, tensor] : this->*member) {
    const bool is_known = std::any_of(found.begin(), found.end(), [&](const auto& entry) {
      return entry.second.is_same(tensor);
    });
    if (!is_known) found.emplace_back(prefix + name, tensor);
  }
  if (!recurse) return;
  for (const auto& [name, module] : children_) {
    module->collect(member, prefix + name + ".", true, found);
  }
}

void Module::collect(const std::string& prefix, NamedModules& found) const {
  for (const auto& [name, module] : children_) {
    const bool is_known = std::any_of(found.begin(), found.end(),
                                      [&](const auto& entry) { return entry.second == module; });
    if (is_known) continue;
    found.emplace_back(prefix + name, module);
    module->collect(prefix + name + ".", found);
  }
}

std::ostream& operator<<(std::ostream& out, const Module& module) {
  print(out, module, "");
  return out;
}

std::string to_string(const Module& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

}  // namespace lazuli::nn
