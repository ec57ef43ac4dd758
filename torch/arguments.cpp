#include "torch/arguments.h"

#include <ATen/ops/item.h>

#include "lazuli/functions/functions.gen.h"
#include "torch/errors.h"
#include "torch/lowering.h"

namespace lazuli::torch {
namespace {

bool is_host_number(const at::Tensor& tensor) { return tensor.is_cpu() && tensor.dim() == 0; }

}  // namespace

namespace detail {

void PlaceFinder::look(const at::Tensor& tensor) {
  if (!tensor.defined()) return;
  types_ = at::native::update_result_type_state(tensor, types_);
  if (!is_host_number(tensor)) look(tensor.device());
}

void PlaceFinder::look(const std::optional<at::Tensor>& tensor) {
  if (tensor) look(*tensor);
}

void PlaceFinder::look(const at::ITensorListRef& tensors) {
  for (const at::Tensor& tensor : tensors) look(tensor);
}

void PlaceFinder::look(const c10::List<std::optional<at::Tensor>>& tensors) {
  for (const std::optional<at::Tensor> tensor : tensors) look(tensor);
}

void PlaceFinder::look(at::Device device) {
  if (device.is_privateuseone() && !device.has_index()) device.set_index(0);
  if (!device_) device_ = device;
  TORCH_CHECK(*device_ == device, op_, ": need tensors of one device; got ", *device_, " and ",
              device);
  TORCH_CHECK(device.is_privateuseone(), op_, ": need tensors of ",
              at::Device(c10::kPrivateUse1, 0), "; got one of ", device);
}

void PlaceFinder::look(const std::optional<at::Device>& device) {
  if (device) look(*device);
}

Place PlaceFinder::place() const {
  return {device_.value_or(at::Device(c10::kPrivateUse1, 0)), at::native::result_type(types_)};
}

}  // namespace detail

Value value_of(const at::Tensor& tensor, const Place& on) {
  if (!tensor.defined()) return {};
  return translated("lazuli", [&] {
    if (is_host_number(tensor)) {
      return lazuli::full({}, number_of(tensor.item()), dtype_of(on.common));
    }
    Value value = read(tensor);
    const bool wins = tensor.dim() == 0 && at::isFloatingType(tensor.scalar_type()) &&
                      c10::promoteTypes(tensor.scalar_type(), on.common) != on.common;
    return wins ? lazuli::to(value, dtype_of(on.common)) : value;
  });
}

std::optional<Value> value_of(const std::optional<at::Tensor>& tensor, const Place& on) {
  return tensor && tensor->defined() ? std::optional(value_of(*tensor, on)) : std::nullopt;
}

Values values_of(const at::ITensorListRef& tensors, const Place& on) {
  Values values;
  values.reserve(tensors.size());
  for (const at::Tensor& tensor : tensors) values.push_back(value_of(tensor, on));
  return values;
}

std::vector<std::optional<Value>> values_of(const c10::List<std::optional<at::Tensor>>& tensors,
                                            const Place& on) {
  std::vector<std::optional<Value>> values;
  values.reserve(tensors.size());
  for (const std::optional<at::Tensor> tensor : tensors) values.push_back(value_of(tensor, on));
  return values;
}

std::optional<int64_t> int_of(const std::optional<c10::SymInt>& value) {
  return value ? std::optional(int_of(*value)) : std::nullopt;
}

std::vector<int64_t> ints_of(c10::SymIntArrayRef values) {
  std::vector<int64_t> ints;
  ints.reserve(values.size());
  for (const c10::SymInt& value : values) ints.push_back(int_of(value));
  return ints;
}

std::optional<std::vector<int64_t>> ints_of(const at::OptionalIntArrayRef& values) {
  return values ? std::optional(values->vec()) : std::nullopt;
}

std::optional<std::vector<int64_t>> ints_of(const at::OptionalSymIntArrayRef& values) {
  return values ? std::optional(ints_of(*values)) : std::nullopt;
}

std::optional<std::vector<double>> floats_of(const std::optional<at::ArrayRef<double>>& values) {
  return values ? std::optional(values->vec()) : std::nullopt;
}

}  // namespace lazuli::torch
