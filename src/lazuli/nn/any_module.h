// Any module whose forward takes one tensor and gives one: what Sequential holds. Its type is known
// where it is made and forgotten afterwards, so that forward need not be virtual.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

template <typename M>
concept TakesTensor = std::derived_from<M, Module> && requires(M& module, const Tensor& input) {
  { module.forward(input) } -> std::convertible_to<Tensor>;
};

// A holder such as nn::Linear.
template <typename T>
concept HoldsModule = requires {
  typename T::ImplType;
}
&&TakesTensor<typename T::ImplType>&& std::derived_from<T, ModuleHolder<typename T::ImplType>>;

class AnyModule {
 public:
  template <HoldsModule Holder>
  AnyModule(const Holder& holder) : AnyModule(holder.ptr()) {}  // NOLINT: any module
  template <TakesTensor M>
  AnyModule(std::shared_ptr<M> module)  // NOLINT: any module
      : module_(module), forward_([module = module.get()](const Tensor& input, At at) -> Tensor {
          return call_forward(*module, at, input);
        }) {}

  const std::shared_ptr<Module>& ptr() const { return module_; }
  Tensor forward(const Tensor& input, LZ_AT) const { return forward_(input, at); }

 private:
  std::shared_ptr<Module> module_;
  std::function<Tensor(const Tensor&, At)> forward_;  // of module_, which keeps it alive
};

}  // namespace lazuli::nn
