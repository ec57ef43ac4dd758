// From what an operator promises and gives to PyTorch's tensors: shapes by meta kernels, fresh
// tensors, writes into those that the caller brought. Knows no operator.
#pragma once

#include <ATen/core/IListRef.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <torch/csrc/lazy/core/shape.h>

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "torch/arguments.h"

namespace lazuli::torch {

using Shape = ::torch::lazy::Shape;  // dtype and sizes
using Shapes = std::vector<Shape>;

// A tensor of the meta device with the sizes, strides and dtype of `tensor`; it promotes as that
// does.
at::Tensor to_meta(const at::Tensor& tensor);
std::optional<at::Tensor> to_meta(const std::optional<at::Tensor>& tensor);
std::vector<at::Tensor> to_meta(const at::ITensorListRef& tensors);
c10::List<std::optional<at::Tensor>> to_meta(const c10::List<std::optional<at::Tensor>>& tensors);

// Of what a meta kernel gives.
inline Shape shape_of(const at::Tensor& meta) { return Shape(meta.scalar_type(), meta.sizes()); }
inline Shapes shapes_of(const at::Tensor& meta) { return {shape_of(meta)}; }
Shapes shapes_of(at::TensorList metas);
template <typename... Tensors>
Shapes shapes_of(const std::tuple<Tensors...>& metas) {
  return std::apply([](const auto&... meta) { return Shapes{shape_of(meta)...}; }, metas);
}

// A fresh row-major tensor of the value; an undefined one of an undefined value.
at::Tensor wrap(const Value& value, const Place& on);
std::vector<at::Tensor> wrap_list(const Values& values, const Place& on);
template <size_t kCount>
auto wrap_tuple(const Values& values, const Place& on) {
  return [&]<size_t... kPlaces>(std::index_sequence<kPlaces...>) {
    return std::tuple(wrap(values[kPlaces], on)...);
  }
  (std::make_index_sequence<kCount>());
}

// Writes the value into a tensor of the device, cast to its dtype. Throws a RuntimeError, nothing
// written, where sizes differ, where the dtype may not be cast to the tensor's, and where elements
// of the tensor overlap.
void assign(const at::Tensor& target, const Value& value);
// The same after giving the tensor the value's sizes.
void assign_resized(const at::Tensor& target, const Value& value);
// Of a tensor of the device.
inline void assign(const at::Tensor& target, const at::Tensor& result) {
  assign(target, read(result));
}
inline void assign_resized(const at::Tensor& target, const at::Tensor& result) {
  assign_resized(target, read(result));
}

}  // namespace lazuli::torch
