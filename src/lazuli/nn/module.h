// The base of layers and models: parameters, buffers and children by name, in the order in which
// they were registered. Names and behaviours follow libtorch. A module's forward is its own, of any
// arguments: those of the library take the line of the call last, so that a mistake is told at the
// user's line. Knows nothing of optimizers and of files.
#pragma once

#include <concepts>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lazuli/functions/named_tensors.h"
#include "lazuli/functions/tensor.h"

namespace lazuli::nn {

template <typename Impl>
class ModuleHolder;

class Module {
 public:
  using NamedModules = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;

  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // Parameters of this module, then of its children, depth first; one that is there under several
  // names is listed once, under the first. Names are paths: "layers.0.weight".
  NamedTensors named_parameters(bool recurse = true) const;
  std::vector<Tensor> parameters(bool recurse = true) const;
  // Likewise what is kept with the module and not trained.
  NamedTensors named_buffers(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;

  const NamedModules& named_children() const { return children_; }
  std::vector<std::shared_ptr<Module>> children() const;
  // All modules below this one, depth first, each once; this one itself, named "", is not among
  // them.
  NamedModules named_modules() const;
  std::vector<std::shared_ptr<Module>> modules() const;

  // Parameters and buffers as they are now: the tensors themselves, not copies.
  NamedTensors state_dict() const;
  // Copies the contents of these tensors into parameters and buffers of the same names. Where they
  // do not fit, throws ValueError that tells every mismatch by name, and changes nothing; see
  // copy_named.
  void load_state_dict(const NamedTensors& state, bool is_strict = true, LZ_AT);

  // Calls `function` with every module below this one, children before parents, then with this one.
  void apply(const std::function<void(Module&)>& function);

  // Forgets the gradients of all parameters; with `set_to_none` false they become zeros.
  void zero_grad(bool set_to_none = true);

  // The mode in which layers that differ between training and use (Dropout) work.
  virtual void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return is_training_; }

  // A parameter of this module: returned for a member to keep. Throws ValueError for a name that is
  // empty, has a dot or is taken by another parameter, buffer or child, and for an undefined
  // tensor.
  Tensor register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  // A tensor that is saved and loaded with the module and not trained. Throws as
  // register_parameter.
  Tensor register_buffer(std::string name, Tensor tensor);

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

  // Writes the module's line in a printed tree, "Linear(in_features=3, out_features=2)"; the base
  // writes "Module".
  virtual void pretty_print(std::ostream& out) const;

 private:
  void add_child(std::string name, std::shared_ptr<Module> module);
  void check_name(const char* function, std::string_view name) const;
  void collect(NamedTensors Module::*member, const std::string& prefix, bool recurse,
               NamedTensors& found) const;
  void collect(const std::string& prefix, NamedModules& found) const;

  NamedTensors parameters_;
  NamedTensors buffers_;
  NamedModules children_;
  bool is_training_ = true;
};

// The module and its children as a tree:
//   Net(
//     (hidden): Linear(in_features=3, out_features=2)
//   )
std::ostream& operator<<(std::ostream& out, const Module& module);
std::string to_string(const Module& module);

}  // namespace lazuli::nn
