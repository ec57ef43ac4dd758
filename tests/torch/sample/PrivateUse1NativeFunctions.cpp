#include "PrivateUse1NativeFunctions.h"

#include "LazyIr.h"

namespace lazuli::device {

// add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
at::Tensor PrivateUse1NativeFunctions::add(const at::Tensor& self, const at::Tensor& other,
                                           const at::Scalar& alpha) {
  if (lazuli::torch::falls_back("aten::add.Tensor")) {
    return at::native::call_fallback_fn_symint<&lazuli::torch::fallback,
                                               ATEN_OP2(add, Tensor)>::call(self, other, alpha);
  }
  lazuli::torch::count("aten::add.Tensor");
  const at::Device on = lazuli::torch::device_of("aten::add.Tensor", self, other);
  const auto meta =
      at::meta::add(lazuli::torch::to_meta(self), lazuli::torch::to_meta(other), alpha);
  const auto results = lazuli::torch::record<AddTensor>(lazuli::torch::value_of(self, on),
                                                        lazuli::torch::value_of(other, on), alpha,
                                                        lazuli::torch::shapes_of(meta));
  return lazuli::torch::wrap(results[0], on);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> PrivateUse1NativeFunctions::convolution_backward(
    const at::Tensor& grad_output, const at::Tensor& input, const at::Tensor& weight,
    at::OptionalIntArrayRef bias_sizes, at::IntArrayRef stride, at::IntArrayRef padding,
    at::IntArrayRef dilation, bool transposed, at::IntArrayRef output_padding, int64_t groups,
    std::array<bool, 3> output_mask) {
  lazuli::torch::count("aten::convolution_backward");
  const auto results = lazuli::torch::record<ConvolutionBackward>(
      lazuli::torch::value_of(grad_output, on), lazuli::torch::value_of(input, on),
      torch::lazy::compute_shape_convolution_backward(grad_output, input));
  return lazuli::torch::wrap_tuple<3>(results, on);
}

// unbind_copy.int(Tensor self, int dim=0) -> Tensor[]
std::vector<at::Tensor> PrivateUse1NativeFunctions::unbind_copy(const at::Tensor& self,
                                                                int64_t dim) {
  return lazuli::torch::wrap_list(results, on);
}

}  // namespace lazuli::device
