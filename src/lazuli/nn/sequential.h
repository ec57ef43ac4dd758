// Modules one after the other:
//   nn::Sequential model(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10));
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lazuli/nn/any_module.h"
#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

// Children are named "0", "1", ... in the order given, or by name.
class SequentialImpl : public Module {
 public:
  using Named = std::pair<std::string, AnyModule>;

  SequentialImpl() = default;
  template <typename... Modules>
  requires(sizeof...(Modules) > 0 && (std::convertible_to<const Modules&, AnyModule> &&
                                      ...)) explicit SequentialImpl(const Modules&... modules) {
    (push_back(modules), ...);
  }
  // Sequential({{"hidden", nn::Linear(3, 2)}, {"act", nn::ReLU()}})
  SequentialImpl(std::initializer_list<Named> modules) {  // NOLINT: a list
    for (const auto& [name, module] : modules) push_back(name, module);
  }

  void push_back(const AnyModule& module) { push_back(std::to_string(size()), module); }
  // Throws ValueError for a name that is taken, and as register_module.
  void push_back(std::string name, const AnyModule& module);

  // The input through all modules; without modules the input itself.
  Tensor forward(const Tensor& input, LZ_AT);

  size_t size() const { return modules_.size(); }
  bool is_empty() const { return modules_.empty(); }
  // Throws IndexError.
  std::shared_ptr<Module> operator[](size_t index) const;

  void pretty_print(std::ostream& out) const override;

 private:
  std::vector<AnyModule> modules_;
};

class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  Sequential(std::initializer_list<SequentialImpl::Named> modules)  // NOLINT: a list
      : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}
};

}  // namespace lazuli::nn
