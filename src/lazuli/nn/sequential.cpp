#include "lazuli/nn/sequential.h"

#include <ostream>

#include "lazuli/base/check.h"

namespace lazuli::nn {

void SequentialImpl::push_back(std::string name, const AnyModule& module) {
  register_module(std::move(name), module.ptr());
  modules_.push_back(module);
}

Tensor SequentialImpl::forward(const Tensor& input, At at) {
  Tensor result = input;
  for (const AnyModule& module : modules_) result = module.forward(result, at);
  return result;
}

std::shared_ptr<Module> SequentialImpl::operator[](size_t index) const {
  LZ_CHECK(index < size(), IndexError, "Sequential: module {} is not one of {}", index, size());
  return modules_[index].ptr();
}

void SequentialImpl::pretty_print(std::ostream& out) const { out << "Sequential"; }

}  // namespace lazuli::nn
