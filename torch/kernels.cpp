// The kernels that are written by hand: making tensors, copying between host and device, sizes.
// Views are PyTorch's own.
#include <ATen/EmptyTensor.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>

#include "PrivateUse1NativeFunctions.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "torch/arguments.h"
#include "torch/errors.h"
#include "torch/lowering.h"
#include "torch/results.h"

namespace lazuli::torch::device {
namespace {

// The dtype of a tensor that is to be made; checks what else is asked of it.
at::ScalarType checked_type(const char* op, const std::optional<at::ScalarType>& dtype,
                            const std::optional<at::Layout>& layout,
                            const std::optional<at::Device>& device,
                            const std::optional<bool>& pin_memory) {
  TORCH_CHECK(!device || device->index() <= 0, op, ": need device 0; got ", *device);
  TORCH_CHECK_NOT_IMPLEMENTED(layout.value_or(at::kStrided) == at::kStrided, op,
                              ": need a strided layout; got ", *layout);
  TORCH_CHECK(!pin_memory.value_or(false), op, ": need memory of the device; got pinned");
  return c10::dtype_or_default(dtype);
}

at::Tensor host_of(const at::Tensor& tensor) {
  at::Tensor host(at::detail::empty_cpu(tensor.sizes(), tensor.scalar_type()));
  translated("lazuli", [&] { read(tensor).copy_to(host.mutable_data_ptr()); });
  return host;
}

Value value_of_host(const at::Tensor& host) {
  const at::Tensor rows = host.contiguous();
  return lazuli::from_data(rows.const_data_ptr(), dtype_of(rows.scalar_type()),
                           dims_of(rows.sizes()));
}

// The value follows when it is read.
void make_room(const at::Tensor& tensor, size_t bytes) {
  c10::StorageImpl* storage = tensor.storage().unsafeGetStorageImpl();
  if (storage->nbytes() < bytes) storage->set_nbytes(bytes);
}

}  // namespace

at::Tensor PrivateUse1NativeFunctions::empty(at::IntArrayRef size,
                                             std::optional<at::ScalarType> dtype,
                                             std::optional<at::Layout> layout,
                                             std::optional<at::Device> device,
                                             std::optional<bool> pin_memory,
                                             std::optional<at::MemoryFormat> memory_format) {
  const at::Tensor tensor =
      make_tensor(size, std::nullopt,
                  checked_type("aten::empty.memory_format", dtype, layout, device, pin_memory));
  if (memory_format) tensor.unsafeGetTensorImpl()->empty_tensor_restride(*memory_format);
  return tensor;
}

at::Tensor PrivateUse1NativeFunctions::empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                                                     std::optional<at::ScalarType> dtype,
                                                     std::optional<at::Layout> layout,
                                                     std::optional<at::Device> device,
                                                     std::optional<bool> pin_memory) {
  return make_tensor(size, stride,
                     checked_type("aten::empty_strided", dtype, layout, device, pin_memory));
}

// Either tensor may be on the host; `self` is broadcast and cast to `dst`.
at::Tensor PrivateUse1NativeFunctions::_copy_from(const at::Tensor& self, const at::Tensor& dst,
                                                  bool) {
  if (!dst.device().is_privateuseone()) {
    TORCH_CHECK_NOT_IMPLEMENTED(
        dst.is_cpu(), "aten::_copy_from: need a tensor of the host; got one of ", dst.device());
    dst.copy_(host_of(self));
    return dst;
  }
  at::assert_no_internal_overlap(dst);
  const at::Tensor source = self.sizes() == dst.sizes() ? self : self.expand(dst.sizes());
  translated("aten::_copy_from", [&] {
    const DType dtype = dtype_of(dst.scalar_type());
    if (self.device().is_privateuseone()) {
      write(dst, lazuli::to(read(source), dtype));
    } else {
      write(dst, value_of_host(source.cpu().to(dst.scalar_type())));
    }
  });
  return dst;
}

at::Tensor PrivateUse1NativeFunctions::_copy_from_and_resize(const at::Tensor& self,
                                                             const at::Tensor& dst) {
  TORCH_CHECK(at::canCast(self.scalar_type(), dst.scalar_type()), "result type ",
              self.scalar_type(), " can't be cast to the desired output type ", dst.scalar_type());
  at::native::resize_output(dst, self.sizes());
  return _copy_from(self, dst, false);
}

at::Scalar PrivateUse1NativeFunctions::_local_scalar_dense(const at::Tensor& self) {
  return translated("aten::_local_scalar_dense", [&]() -> at::Scalar {
    const lazuli::Scalar number = read(self).item();
    if (number.category() == kBool) return number.to_bool();
    if (number.category() == kInt64) return number.to_int64();
    return number.to_double();
  });
}

at::Tensor& PrivateUse1NativeFunctions::fill_(at::Tensor& self, const at::Scalar& value) {
  at::assert_no_internal_overlap(self);
  translated("aten::fill_.Scalar", [&] {
    write(self,
          lazuli::full(dims_of(self.sizes()), number_of(value), dtype_of(self.scalar_type())));
  });
  return self;
}

at::Tensor& PrivateUse1NativeFunctions::zero_(at::Tensor& self) { return fill_(self, 0); }

const at::Tensor& PrivateUse1NativeFunctions::resize_(
    const at::Tensor& self, at::IntArrayRef size, std::optional<at::MemoryFormat> memory_format) {
  at::detail::check_size_nonnegative(size);
  c10::TensorImpl* impl = self.unsafeGetTensorImpl();
  make_room(self, at::detail::computeStorageNbytesContiguous(
                      size, self.dtype().itemsize(), static_cast<size_t>(self.storage_offset())));
  impl->set_sizes_contiguous(size);
  if (memory_format) impl->empty_tensor_restride(*memory_format);
  return self;
}

at::Tensor PrivateUse1NativeFunctions::as_strided(const at::Tensor& self, at::IntArrayRef size,
                                                  at::IntArrayRef stride,
                                                  std::optional<int64_t> storage_offset) {
  return at::native::as_strided_tensorimpl(self, size, stride, storage_offset);
}

at::Tensor PrivateUse1NativeFunctions::view(const at::Tensor& self, at::IntArrayRef size) {
  return at::native::view(self, size);
}

at::Tensor PrivateUse1NativeFunctions::unfold(const at::Tensor& self, int64_t dimension,
                                              int64_t size, int64_t step) {
  return at::native::unfold(self, dimension, size, step);
}

at::Tensor PrivateUse1NativeFunctions::_reshape_alias(const at::Tensor& self, at::IntArrayRef size,
                                                      at::IntArrayRef stride) {
  return at::native::_reshape_alias(self, size, stride);
}

at::Tensor& PrivateUse1NativeFunctions::set_(at::Tensor& self, at::Storage source,
                                             int64_t storage_offset, at::IntArrayRef size,
                                             at::IntArrayRef stride) {
  at::native::checkSetStorage(self, source, storage_offset, size, stride);
  c10::TensorImpl* impl = self.unsafeGetTensorImpl();
  impl->set_storage_offset(storage_offset);
  if (stride.data()) {
    impl->set_sizes_and_strides(size, stride);
  } else {
    impl->set_sizes_contiguous(size);
  }
  make_room(self,
            at::detail::computeStorageNbytes(self.sizes(), self.strides(), self.dtype().itemsize(),
                                             static_cast<size_t>(storage_offset)));
  return self;
}

at::Tensor& PrivateUse1NativeFunctions::set_(at::Tensor& self, at::Storage source) {
  const auto count =
      static_cast<int64_t>(source.nbytes() / static_cast<size_t>(self.dtype().itemsize()));
  return set_(self, std::move(source), 0, {count}, {});
}

at::Tensor& PrivateUse1NativeFunctions::set_(at::Tensor& self, const at::Tensor& source) {
  return set_(self, source.storage(), source.storage_offset(), source.sizes(), source.strides());
}

}  // namespace lazuli::torch::device
