// Written by lazuli-gen. Don't edit.
#pragma once

#include <ATen/Tensor.h>

namespace lazuli::device {

struct PrivateUse1NativeFunctions {
  // _to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None,
  //   bool? pin_memory=None, bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor
  static at::Tensor _to_copy(const at::Tensor& self, std::optional<at::ScalarType> dtype,
                             std::optional<at::Layout> layout, std::optional<at::Device> device,
                             std::optional<bool> pin_memory, bool non_blocking,
                             std::optional<at::MemoryFormat> memory_format);
  // add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
  static at::Tensor add(const at::Tensor& self, const at::Tensor& other, const at::Scalar& alpha);
  // add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)
  static at::Tensor& add_(at::Tensor& self, const at::Tensor& other, const at::Scalar& alpha);
  // convolution_backward(Tensor grad_output, Tensor input, Tensor weight, SymInt[]? bias_sizes,
  // SymInt[] stride,
  //   SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups,
  //   bool[3] output_mask) -> (Tensor, Tensor, Tensor)
  static std::tuple<at::Tensor, at::Tensor, at::Tensor> convolution_backward(
      const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& weight,
      at::OptionalIntArrayRef bias_sizes, at::IntArrayRef stride, at::IntArrayRef padding,
      at::IntArrayRef dilation, bool transposed, at::IntArrayRef output_padding, int64_t groups,
      std::array<bool, 3> output_mask);
  // max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3]
  // dilation=1,
  //   bool ceil_mode=False) -> Tensor
  static at::Tensor max_pool3d(const at::Tensor& self, at::IntArrayRef kernel_size,
                               at::IntArrayRef stride, at::IntArrayRef padding,
                               at::IntArrayRef dilation, bool ceil_mode);
  // unbind_copy.int(Tensor self, int dim=0) -> Tensor[]
  static std::vector<at::Tensor> unbind_copy(const at::Tensor& self, int64_t dim);
};

}  // namespace lazuli::device
