// Parameters that share their options.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lazuli/functions/named_tensors.h"

namespace lazuli::optim {

// Parameters with names keep their state under them in a state_dict; others, under their numbers.
template <typename Options>
class ParamGroup {
 public:
  ParamGroup(const std::vector<Tensor>& parameters, Options options) : options_(options) {
    for (const Tensor& parameter : parameters) parameters_.emplace_back(std::string(), parameter);
  }
  ParamGroup(NamedTensors parameters, Options options)
      : parameters_(std::move(parameters)), options_(options) {}

  const NamedTensors& named_parameters() const { return parameters_; }
  const Options& options() const { return options_; }
  Options& options() { return options_; }

 private:
  NamedTensors parameters_;
  Options options_;
};

}  // namespace lazuli::optim
