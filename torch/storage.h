// The memory of the device: it holds no bytes, behind an address that nobody may touch, but a value
// that Lazuli has yet to work out. Tensors are PyTorch's own, with sizes, strides and offsets into
// such a memory, so that views, versions and aliasing are PyTorch's, too. Knows no operator and no
// dispatcher.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/StorageImpl.h>
#include <c10/util/OptionalArrayRef.h>

#include "lazuli/functions/tensor.h"

namespace lazuli::torch {

using Value = lazuli::Tensor;  // what an operator reads and gives; never written in place

class DeviceStorage final : public c10::StorageImpl {
 public:
  using c10::StorageImpl::StorageImpl;

  // All elements, row-major in sizes of whatever tensor wrote them last; as many of `dtype` as the
  // memory has room for. What was never written is 0. Where another dtype was written, its bytes,
  // which waits for them.
  Value elements(DType dtype) const;
  void set_elements(const Value& elements);
  void release_resources() override;

 private:
  Value elements_;
};

// Makes memory of this kind wherever PyTorch makes some for the device.
void install_storage(c10::Allocator* allocator);

// A tensor over fresh memory; row-major where strides are missing. Throws NotImplementedError for a
// dtype that Lazuli has not.
at::Tensor make_tensor(at::IntArrayRef sizes, at::OptionalIntArrayRef strides, at::ScalarType type);
// The same with its contents, row-major.
at::Tensor make_tensor(const Value& contents);

// The value of the elements that a tensor of the device shows.
Value read(const at::Tensor& tensor);
// Puts contents, of the tensor's own sizes and dtype, in the place of the elements that it shows.
// No two of them may be one. Does not touch the tensor's version.
void write(const at::Tensor& tensor, const Value& contents);

}  // namespace lazuli::torch
