#include "lazuli/data/tensor_dataset.h"

#include <cstring>
#include <utility>
#include <vector>

#include "lazuli/base/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::data {
namespace {

std::string shape_of(const Tensor& tensor) {
  return tensor.defined() ? to_string(tensor.sizes()) : "none";
}

}  // namespace

TensorDataset::TensorDataset(Tensor data, Tensor target)
    : data_(std::move(data)), target_(std::move(target)) {
  const bool has_rows = data_.defined() && data_.dim() >= 1;
  const bool do_fit =
      has_rows && (!target_.defined() || (target_.dim() >= 1 && target_.size(0) == data_.size(0)));
  LZ_CHECK(do_fit, ValueError,
           "TensorDataset: need data and target with as many rows; got {} and {}", shape_of(data_),
           shape_of(target_));
}

Example TensorDataset::get(int64_t index) const {
  const Example batch = get_batch({&index, 1});
  return {batch.data[0], batch.target.defined() ? batch.target[0] : Tensor()};
}

Example TensorDataset::get_batch(std::span<const int64_t> indices) const {
  return {gather(data_, indices), target_.defined() ? gather(target_, indices) : Tensor()};
}

Tensor TensorDataset::gather(const Tensor& tensor, std::span<const int64_t> indices) const {
  Shape shape = tensor.sizes();
  shape[0] = static_cast<int64_t>(indices.size());
  const auto bytes_of_row = static_cast<size_t>(
      tensor.sizes()[0] == 0 ? 0 : tensor.numel() / tensor.sizes()[0] * size_of(tensor.dtype()));
  std::vector<std::byte> bytes(bytes_of_row * indices.size());
  const std::byte* rows;
  {
    const std::lock_guard lock(*reading_);
    rows = static_cast<const std::byte*>(tensor.data_ptr());
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    LZ_CHECK(indices[i] >= 0 && indices[i] < tensor.sizes()[0], IndexError,
             "TensorDataset: example {} is not one of {}", indices[i], tensor.sizes()[0]);
    if (bytes_of_row == 0) continue;
    std::memcpy(&bytes[i * bytes_of_row], rows + static_cast<size_t>(indices[i]) * bytes_of_row,
                bytes_of_row);
  }
  return from_data(bytes.data(), tensor.dtype(), shape);
}

}  // namespace lazuli::data
