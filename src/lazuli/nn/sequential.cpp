#include "lazuli/nn/sequential.h"

#include "lazuli/base/check.h"

namespace lazuli::nn {

Tensor SequentialImpl::forward(const Tensor& input) {
  Tensor result = input;
  for (const auto& [name, module] : named_children()) result = module->forward(result);
  return result;
}

std::shared_ptr<Module> SequentialImpl::operator[](size_t index) const {
  LZ_CHECK(index < size(), IndexError, "Sequential: module {} is not one of {}", index, size());
  return named_children()[index].second;
}

void SequentialImpl::append(std::shared_ptr<Module> module) {
  register_module(std::to_string(size()), std::move(module));
}

}  // namespace lazuli::nn
