#include "lazuli/optim/optimizer.h"

#include <algorithm>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::optim {

void Optimizer::add_group(const NamedTensors& parameters, double lr) {
  for (const auto& [name, parameter] : parameters) {
    const size_t i = parameters_.size();
    LZ_CHECK(parameter.defined(), ValueError, "Optimizer: parameter {} is undefined", i);
    LZ_CHECK(parameter.is_leaf() && parameter.requires_grad(), ValueError,
             "Optimizer: parameter {} is no leaf that requires a gradient", i);
    for (size_t j = 0; j < i; ++j) {
      LZ_CHECK(!parameter.is_same(parameters_[j]), ValueError,
               "Optimizer: parameters {} and {} are the same", j, i);
    }
    parameters_.push_back(parameter);
    names_.push_back(name);
    groups_.push_back(initial_lrs_.size());
    const std::string key = key_of(i);
    for (size_t j = 0; j < i; ++j) {
      LZ_CHECK(key != key_of(j), ValueError, "Optimizer: parameters {} and {} have the name '{}'",
               j, i, key);
    }
  }
  steps_.resize(parameters_.size());
  initial_lrs_.push_back(lr);
}

void Optimizer::check_parameters() const {
  LZ_CHECK(!parameters_.empty(), ValueError, "Optimizer: need at least one parameter; got none");
}

size_t Optimizer::add_state(const std::string& name) {
  states_.emplace_back(name, std::vector<Tensor>(parameters_.size()));
  return states_.size() - 1;
}

void Optimizer::make_state(size_t state, size_t index, Scalar value) {
  states_[state].second[index] = full_like(parameters_[index], value);
}

void Optimizer::step(At at) {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor grad = parameters_[i].grad();
    if (!grad.defined()) continue;
    ++steps_[i];
    update(i, grad, at);
  }
}

void Optimizer::zero_grad(bool set_to_none) {
  for (Tensor& parameter : parameters_) {
    if (!parameter.grad().defined()) continue;
    parameter.set_grad(set_to_none ? Tensor() : zeros_like(parameter));
  }
}

void Optimizer::set_lr(double lr) {
  for (size_t group = 0; group < group_count(); ++group) set_lr(group, lr);
}

void Optimizer::set_lr(size_t group, double lr) {
  LZ_CHECK(group < group_count(), IndexError, "set_lr: group {} is not one of {}", group,
           group_count());
  LZ_CHECK(lr >= 0, ValueError, "set_lr: need a learning rate of 0 or more; got {}", lr);
  write_lr(group, lr);
}

NamedTensors Optimizer::state_dict() const {
  NamedTensors dict;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::string prefix = "state." + key_of(i) + ".";
    dict.emplace_back(prefix + "step", scalar_tensor(steps_[i]));
    for (const auto& [name, tensors] : states_) {
      if (tensors[i].defined()) dict.emplace_back(prefix + name, tensors[i]);
    }
  }
  for (size_t group = 0; group < group_count(); ++group) {
    dict.emplace_back(format("groups.{}.lr", group), full({}, lr(group), kFloat64));
  }
  return dict;
}

void Optimizer::load_state_dict(const NamedTensors& state, At at) {
  const NamedTensors own = state_dict();  // numbers in it are copies
  copy_named("load_state_dict", own, state, true, at);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    steps_[i] = find(own, "state." + key_of(i) + ".step").item<int64_t>();
  }
  for (size_t group = 0; group < group_count(); ++group) {
    write_lr(group, find(own, format("groups.{}.lr", group)).item<double>());
  }
}

std::string Optimizer::key_of(size_t index) const {
  return names_[index].empty() ? std::to_string(index) : names_[index];
}

}  // namespace lazuli::optim
