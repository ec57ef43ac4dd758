// A module by value: `nn::Linear` holds a `nn::LinearImpl` as libtorch's modules do. Copies are the
// same module. `layer->weight` reaches the module, `layer(x)` is its forward and hands on the line
// of the call.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "lazuli/nn/module.h"

namespace lazuli::nn {

// module.forward(inputs...) with the line, where the module's forward takes one.
template <typename M, typename... Inputs>
decltype(auto) call_forward(M& module, At at, Inputs&&... inputs) {
  if constexpr (requires { module.forward(std::forward<Inputs>(inputs)..., at); }) {
    return module.forward(std::forward<Inputs>(inputs)..., at);
  } else {
    return module.forward(std::forward<Inputs>(inputs)...);
  }
}

// One argument that is a holder itself: to be copied.
template <typename Holder, typename First, typename... Rest>
inline constexpr bool kIsCopy =
    sizeof...(Rest) == 0 && std::derived_from<std::decay_t<First>, Holder>;

// Arguments of the module's constructor.
template <typename Holder, typename... Arguments>
concept MakesModule = !kIsCopy<Holder, Arguments...> &&
                      std::constructible_from<typename Holder::ImplType, Arguments...>;

template <typename T>
inline constexpr bool kIsTensor = std::same_as<std::decay_t<T>, Tensor>;

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

  auto operator()(const Tensor& input, LZ_AT) const { return call_forward(*module_, at, input); }
  auto operator()(const Tensor& first, const Tensor& second, LZ_AT) const {
    return call_forward(*module_, at, first, second);
  }
  auto operator()(const Tensor& first, const Tensor& second, const Tensor& third, LZ_AT) const {
    return call_forward(*module_, at, first, second, third);
  }
  // Inputs that are not one to three tensors; mistakes in it are told at the module's lines.
  template <typename... Inputs>
  requires(sizeof...(Inputs) == 0 || sizeof...(Inputs) > 3 || !(kIsTensor<Inputs> && ...)) auto
  operator()(Inputs&&... inputs) const {
    return module_->forward(std::forward<Inputs>(inputs)...);
  }

 private:
  std::shared_ptr<Impl> module_;
};

template <typename Impl>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<Impl>& holder) {
  return out << static_cast<const Module&>(*holder);
}

}  // namespace lazuli::nn

// Declares the holder `Name` of `NameImpl`.
#define LZ_MODULE(Name)                                        \
  class Name : public ::lazuli::nn::ModuleHolder<Name##Impl> { \
   public:                                                     \
    using ModuleHolder::ModuleHolder;                          \
  }
