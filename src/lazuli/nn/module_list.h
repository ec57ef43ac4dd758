// Children without a forward of their own: by place, or by name. The module that holds them calls
// them.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

namespace detail {

template <typename M>
std::shared_ptr<Module> module_of(const std::shared_ptr<M>& module) {
  return module;
}
template <typename Impl>
std::shared_ptr<Module> module_of(const ModuleHolder<Impl>& holder) {
  return holder.ptr();
}
// A holder, or a shared_ptr to a module.
template <typename T>
concept AnyHolder = requires(const T& value) {
  { module_of(value) } -> std::same_as<std::shared_ptr<Module>>;
};

}  // namespace detail

// Children are named "0", "1", ...
class ModuleListImpl : public Module {
 public:
  ModuleListImpl() = default;
  template <detail::AnyHolder... Modules>
  requires(sizeof...(Modules) > 0) explicit ModuleListImpl(const Modules&... modules) {
    (push_back(modules), ...);
  }

  template <detail::AnyHolder M>
  void push_back(const M& module) {
    register_module(std::to_string(size()), detail::module_of(module));
  }
  size_t size() const { return named_children().size(); }
  bool is_empty() const { return size() == 0; }
  // Throws IndexError.
  std::shared_ptr<Module> operator[](size_t index) const;
  // The same, of its type; throws TypeError where it has another.
  template <std::derived_from<Module> M>
  M& at(size_t index) const {
    const auto module = std::dynamic_pointer_cast<M>((*this)[index]);
    if (module == nullptr) {
      throw TypeError("ModuleList: module " + std::to_string(index) + " has another type");
    }
    return *module;
  }

  void pretty_print(std::ostream& out) const override;
};

// Children by name, in the order in which they came.
class ModuleDictImpl : public Module {
 public:
  ModuleDictImpl() = default;

  // Throws ValueError for a name that is taken, and as register_module.
  template <detail::AnyHolder M>
  void insert(std::string name, const M& module) {
    register_module(std::move(name), detail::module_of(module));
  }
  size_t size() const { return named_children().size(); }
  bool is_empty() const { return size() == 0; }
  bool contains(const std::string& name) const;
  // Throws IndexError where there is none.
  std::shared_ptr<Module> operator[](const std::string& name) const;
  // The same, of its type; throws TypeError where it has another.
  template <std::derived_from<Module> M>
  M& at(const std::string& name) const {
    const auto module = std::dynamic_pointer_cast<M>((*this)[name]);
    if (module == nullptr) throw TypeError("ModuleDict: module '" + name + "' has another type");
    return *module;
  }

  void pretty_print(std::ostream& out) const override;
};

LZ_MODULE(ModuleList);
LZ_MODULE(ModuleDict);

}  // namespace lazuli::nn
