// The base of layers and models: parameters and children by name, in the order in which they were
// registered. Names and behaviours follow libtorch; forward is virtual, so that containers hold any
// module. Knows nothing of optimizers and of files.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli::nn {

template <typename Impl>
class ModuleHolder;

class Module {
 public:
  using NamedParameters = std::vector<std::pair<std::string, Tensor>>;
  using NamedChildren = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;

  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // The module's result for one input. The base has none and throws ValueError: a module of several
  // inputs has a forward of its own.
  virtual Tensor forward(const Tensor& input);

  // Parameters of this module, then of its children, depth first; one that is there under several
  // names is listed once, under the first. Names are paths: "layers.0.weight".
  NamedParameters named_parameters(bool recurse = true) const;
  std::vector<Tensor> parameters(bool recurse = true) const;

  const NamedChildren& named_children() const { return children_; }
  std::vector<std::shared_ptr<Module>> children() const;

  // Forgets the gradients of all parameters; with `set_to_none` false they become zeros.
  void zero_grad(bool set_to_none = true);

  // The mode in which layers that differ between training and use (none of today's) work.
  virtual void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return is_training_; }

  // A parameter of this module: returned for a member to keep. Throws ValueError for a name that is
  // empty, has a dot or is taken by another parameter or child, and for an undefined tensor.
  Tensor register_parameter(std::string name, Tensor tensor, bool requires_grad = true);

  // A child of this module: returned for a member to keep. Throws ValueError for a name as above.
  template <std::derived_from<Module> M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <typename Holder>
  requires std::derived_from<Holder, ModuleHolder<typename Holder::ImplType>> Holder
  register_module(std::string name, Holder holder) {
    add_child(std::move(name), holder.ptr());
    return holder;
  }

 private:
  void add_child(std::string name, std::shared_ptr<Module> module);
  void check_name(const char* function, std::string_view name) const;
  void collect(const std::string& prefix, bool recurse, NamedParameters& found) const;

  NamedParameters parameters_;
  NamedChildren children_;
  bool is_training_ = true;
};

}  // namespace lazuli::nn
