// Elementwise functions as modules.
#pragma once

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

// max(input, 0)
class ReLUImpl : public Module {
 public:
  Tensor forward(const Tensor& input) override;
};

class TanhImpl : public Module {
 public:
  Tensor forward(const Tensor& input) override;
};

class ReLU : public ModuleHolder<ReLUImpl> {
 public:
  using ModuleHolder::ModuleHolder;
};

class Tanh : public ModuleHolder<TanhImpl> {
 public:
  using ModuleHolder::ModuleHolder;
};

}  // namespace lazuli::nn
