// The base of optimizers: the parameters, and the step that moves them along their gradients. Names
// and behaviours follow libtorch. A step is recorded like any other operations: what changes from
// step to step (learning rates, bias corrections) are numbers, so that a training loop has one
// trace, and each parameter is updated by the same elementwise program. Making an optimizer
// evaluates what is pending, so that the first step, too, finds parameters and state in memory.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lazuli/functions/named_tensors.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/optim/param_group.h"

namespace lazuli::optim {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Moves every parameter that has a gradient, in place. A parameter without one stays as it is,
  // with its state.
  void step(LZ_AT);

  // Forgets the gradients; with `set_to_none` false they become zeros.
  void zero_grad(bool set_to_none = true);

  // Of all groups, in their order.
  const std::vector<Tensor>& parameters() const { return parameters_; }

  // Learning rates, from the next step on. Throw IndexError for a group that is not there,
  // ValueError below 0.
  virtual size_t group_count() const = 0;
  virtual double lr(size_t group = 0) const = 0;
  void set_lr(double lr);  // of every group
  void set_lr(size_t group, double lr);
  // The learning rate that the group was made with: what schedules start from.
  double initial_lr(size_t group = 0) const { return initial_lrs_.at(group); }

  // All that a training needs to go on: of each parameter "state.<name>.step" and the tensors of
  // the method, such as "state.<name>.exp_avg", the tensors themselves; of each group
  // "groups.<number>.lr". A name is that of the parameter, or its number. Counts are i64,
  // learning rates f64.
  NamedTensors state_dict() const;
  // Takes over what another optimizer of the same method and parameters saved. Throws ValueError as
  // copy_named does and changes nothing.
  void load_state_dict(const NamedTensors& state, LZ_AT);

 protected:
  Optimizer() = default;

  // Throws ValueError: an undefined parameter, one twice, one that is no leaf or needs no
  // gradients, a name twice.
  void add_group(const NamedTensors& parameters, double lr);
  // Throws ValueError without parameters.
  void check_parameters() const;
  // Declares a state of the method by name, and gives its number. A parameter has it once
  // `make_state` made it: a tensor of the parameter's shape.
  size_t add_state(const std::string& name);
  void make_state(size_t state, size_t index, Scalar value = 0);

  // Moves parameter `index` along `grad`. Called without gradients being recorded.
  virtual void update(size_t index, const Tensor& grad, At at) = 0;
  virtual void write_lr(size_t group, double lr) = 0;

  Tensor& parameter(size_t index) { return parameters_[index]; }
  size_t group_of(size_t index) const { return groups_[index]; }
  Tensor& state(size_t state, size_t index) { return states_[state].second[index]; }
  // Steps that the parameter was moved by, the one at work counted.
  double steps(size_t index) const { return static_cast<double>(steps_[index]); }

 private:
  std::string key_of(size_t index) const;

  std::vector<Tensor> parameters_;
  std::vector<std::string> names_;
  std::vector<size_t> groups_;
  std::vector<int64_t> steps_;
  std::vector<double> initial_lrs_;
  std::vector<std::pair<std::string, std::vector<Tensor>>> states_;
};

// An optimizer whose groups have options of one type. Options know their learning rate, `lr()`, and
// `check()` themselves.
template <typename Options>
class OptimizerOf : public Optimizer {
 public:
  using Group = ParamGroup<Options>;

  size_t group_count() const override { return groups_.size(); }
  double lr(size_t group = 0) const override { return groups_.at(group).options().lr(); }
  const std::vector<Group>& param_groups() const { return groups_; }
  std::vector<Group>& param_groups() { return groups_; }
  const Options& options() const { return groups_[0].options(); }

 protected:
  explicit OptimizerOf(std::vector<Group> groups) : groups_(std::move(groups)) {
    for (const Group& group : groups_) {
      group.options().check();
      add_group(group.named_parameters(), group.options().lr());
    }
    check_parameters();
  }
  const Options& options_of(size_t index) const { return groups_[group_of(index)].options(); }
  void write_lr(size_t group, double lr) override { groups_[group].options().lr(lr); }

 private:
  std::vector<Group> groups_;
};

}  // namespace lazuli::optim
