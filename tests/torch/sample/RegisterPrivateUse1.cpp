#include <torch/library.h>

#include "PrivateUse1NativeFunctions.h"

namespace {

at::Tensor wrapper_PrivateUse1__to_copy(const at::Tensor& self, std::optional<at::ScalarType> dtype,
                                        std::optional<at::Layout> layout,
                                        std::optional<at::Device> device,
                                        std::optional<bool> pin_memory, bool non_blocking,
                                        std::optional<at::MemoryFormat> memory_format) {
  return lazuli::device::PrivateUse1NativeFunctions::_to_copy(
      self, dtype, layout, device, pin_memory, non_blocking, memory_format);
}
at::Tensor& wrapper_PrivateUse1__to_copy_out(const at::Tensor& self, bool non_blocking,
                                             std::optional<at::MemoryFormat> memory_format,
                                             at::Tensor& out) {
  return out;
}
at::Tensor wrapper_PrivateUse1_Tensor_add(const at::Tensor& self, const at::Tensor& other,
                                          const at::Scalar& alpha) {
  return lazuli::device::PrivateUse1NativeFunctions::add(self, other, alpha);
}
at::Tensor& wrapper_PrivateUse1_Tensor_add_(at::Tensor& self, const at::Tensor& other,
                                            const at::Scalar& alpha) {
  return lazuli::device::PrivateUse1NativeFunctions::add_(self, other, alpha);
}
at::Tensor& wrapper_PrivateUse1_out_add_out(const at::Tensor& self, const at::Tensor& other,
                                            const at::Scalar& alpha, at::Tensor& out) {
  at::Tensor result = wrapper_PrivateUse1_Tensor_add(self, other, alpha);
  at::_copy_from_and_resize(result, out);
  return out;
}
std::tuple<at::Tensor, at::Tensor, at::Tensor> wrapper_PrivateUse1__convolution_backward(int x) {
  return {};
}
std::tuple<at::Tensor&, at::Tensor&, at::Tensor&> wrapper_PrivateUse1_out_convolution_backward_out(
    int x) {
  return {};
}
std::vector<at::Tensor> wrapper_PrivateUse1_int_unbind_copy(const at::Tensor& self, int64_t dim) {
  return lazuli::device::PrivateUse1NativeFunctions::unbind_copy(self, dim);
}
void wrapper_PrivateUse1_int_out_unbind_copy_out(const at::Tensor& self, int64_t dim,
                                                 at::TensorList out) {}

}  // namespace

void RegisterLazuliPrivateUse1NativeFunctions() {
  static auto m = MAKE_TORCH_LIBRARY_IMPL(aten, PrivateUse1);
  m.impl("_to_copy", TORCH_FN(wrapper_PrivateUse1__to_copy));
  m.impl("_to_copy.out", TORCH_FN(wrapper_PrivateUse1__to_copy_out));
  m.impl("add.Tensor", TORCH_FN(wrapper_PrivateUse1_Tensor_add));
  m.impl("add_.Tensor", TORCH_FN(wrapper_PrivateUse1_Tensor_add_));
  m.impl("add.out", TORCH_FN(wrapper_PrivateUse1_out_add_out));
  m.impl("convolution_backward", TORCH_FN(wrapper_PrivateUse1__convolution_backward));
  m.impl("convolution_backward.out", TORCH_FN(wrapper_PrivateUse1_out_convolution_backward_out));
  m.impl("unbind_copy.int", TORCH_FN(wrapper_PrivateUse1_int_unbind_copy));
  m.impl("unbind_copy.int_out", TORCH_FN(wrapper_PrivateUse1_int_out_unbind_copy_out));
}
