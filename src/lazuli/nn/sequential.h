// Modules one after the other:
//   nn::Sequential model(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10));
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

// What a Sequential takes: a holder such as nn::Linear, or a shared_ptr to a module.
template <typename T>
concept HoldsModule = requires(const T& value) {
  { value.ptr() } -> std::convertible_to<std::shared_ptr<Module>>;
}
|| std::convertible_to<T, std::shared_ptr<Module>>;

// Children are named "0", "1", ... in the order given.
class SequentialImpl : public Module {
 public:
  SequentialImpl() = default;
  template <HoldsModule... Modules>
  requires(sizeof...(Modules) > 0) explicit SequentialImpl(const Modules&... modules) {
    (push_back(modules), ...);
  }

  template <HoldsModule M>
  void push_back(const M& module) {
    if constexpr (requires { module.ptr(); }) {
      append(module.ptr());
    } else {
      append(module);
    }
  }

  // The input through all modules; without modules the input itself.
  Tensor forward(const Tensor& input) override;

  size_t size() const { return named_children().size(); }
  bool is_empty() const { return size() == 0; }
  // Throws IndexError.
  std::shared_ptr<Module> operator[](size_t index) const;

 private:
  void append(std::shared_ptr<Module> module);
};

class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder::ModuleHolder;
};

}  // namespace lazuli::nn
