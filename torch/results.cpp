#include "torch/results.h"

#include <ATen/EmptyTensor.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/native/Resize.h>

#include "lazuli/functions/functions.gen.h"
#include "torch/errors.h"
#include "torch/lowering.h"

namespace lazuli::torch {
namespace {

at::IntArrayRef sizes_of(const Value& value) {
  return at::IntArrayRef(value.sizes().begin(), value.sizes().end());
}

}  // namespace

at::Tensor to_meta(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  at::Tensor meta =
      at::detail::empty_strided_meta(tensor.sizes(), tensor.strides(), tensor.scalar_type());
  if (tensor.unsafeGetTensorImpl()->is_wrapped_number()) {
    meta.unsafeGetTensorImpl()->set_wrapped_number(true);
  }
  return meta;
}

std::optional<at::Tensor> to_meta(const std::optional<at::Tensor>& tensor) {
  return tensor ? std::optional(to_meta(*tensor)) : std::nullopt;
}

std::vector<at::Tensor> to_meta(const at::ITensorListRef& tensors) {
  std::vector<at::Tensor> metas;
  metas.reserve(tensors.size());
  for (const at::Tensor& tensor : tensors) metas.push_back(to_meta(tensor));
  return metas;
}

c10::List<std::optional<at::Tensor>> to_meta(const c10::List<std::optional<at::Tensor>>& tensors) {
  c10::List<std::optional<at::Tensor>> metas;
  metas.reserve(tensors.size());
  for (const std::optional<at::Tensor> tensor : tensors) metas.push_back(to_meta(tensor));
  return metas;
}

Shapes shapes_of(at::TensorList metas) {
  Shapes shapes;
  shapes.reserve(metas.size());
  for (const at::Tensor& meta : metas) shapes.push_back(shape_of(meta));
  return shapes;
}

at::Tensor wrap(const Value& value, const Place& on) {
  TORCH_INTERNAL_ASSERT(on.device.index() <= 0);
  return value.defined() ? make_tensor(value) : at::Tensor();
}

std::vector<at::Tensor> wrap_list(const Values& values, const Place& on) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(values.size());
  for (const Value& value : values) tensors.push_back(wrap(value, on));
  return tensors;
}

void assign(const at::Tensor& target, const Value& value) {
  TORCH_CHECK(target.device().is_privateuseone(), "lazuli: need a result on ",
              at::Device(c10::kPrivateUse1, 0), "; got one on ", target.device());
  TORCH_CHECK(target.sizes() == sizes_of(value), "output with shape ", target.sizes(),
              " doesn't match the broadcast shape ", sizes_of(value));
  const at::ScalarType from = scalar_type_of(value.dtype());
  TORCH_CHECK(at::canCast(from, target.scalar_type()), "result type ", from,
              " can't be cast to the desired output type ", target.scalar_type());
  at::assert_no_internal_overlap(target);
  translated("lazuli", [&] { write(target, lazuli::to(value, dtype_of(target.scalar_type()))); });
}

void assign_resized(const at::Tensor& target, const Value& value) {
  at::native::resize_output(target, sizes_of(value));
  assign(target, value);
}

}  // namespace lazuli::torch
