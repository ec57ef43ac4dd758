// A module by value: `nn::Linear` holds a `nn::LinearImpl` as libtorch's modules do. Copies are the
// same module. `layer->weight` reaches the module, `layer(x)` is its forward.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "lazuli/nn/module.h"

namespace lazuli::nn {

// One argument that is a holder itself: to be copied.
template <typename Holder, typename First, typename... Rest>
inline constexpr bool kIsCopy =
    sizeof...(Rest) == 0 && std::derived_from<std::decay_t<First>, Holder>;

// Arguments of the module's constructor.
template <typename Holder, typename... Arguments>
concept MakesModule = !kIsCopy<Holder, Arguments...> &&
                      std::constructible_from<typename Holder::ImplType, Arguments...>;

template <typename Impl>
class ModuleHolder {
 public:
  using ImplType = Impl;

  // Without arguments: a module made without arguments, or nothing where there is no such.
  ModuleHolder() {
    if constexpr (std::is_default_constructible_v<Impl>) module_ = std::make_shared<Impl>();
  }
  ModuleHolder(std::nullptr_t) {}                                             // NOLINT
  ModuleHolder(std::shared_ptr<Impl> module) : module_(std::move(module)) {}  // NOLINT
  template <typename First, typename... Rest>
  requires MakesModule<ModuleHolder, First, Rest...>
  explicit ModuleHolder(First&& first, Rest&&... rest)
      : module_(std::make_shared<Impl>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  bool is_empty() const { return module_ == nullptr; }
  explicit operator bool() const { return !is_empty(); }
  Impl* operator->() const { return module_.get(); }
  Impl& operator*() const { return *module_; }
  Impl* get() const { return module_.get(); }
  const std::shared_ptr<Impl>& ptr() const { return module_; }

  template <typename... Arguments>
  auto operator()(Arguments&&... arguments) const {
    return module_->forward(std::forward<Arguments>(arguments)...);
  }

 private:
  std::shared_ptr<Impl> module_;
};

}  // namespace lazuli::nn
