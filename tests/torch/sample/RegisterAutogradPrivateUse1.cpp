#include <torch/library.h>

#include "PrivateUse1NativeFunctions.h"

namespace {

at::Tensor wrapper_AutogradPrivateUse1__max_pool3d(const at::Tensor& self,
                                                   at::IntArrayRef kernel_size,
                                                   at::IntArrayRef stride, at::IntArrayRef padding,
                                                   at::IntArrayRef dilation, bool ceil_mode) {
  return lazuli::device::PrivateUse1NativeFunctions::max_pool3d(self, kernel_size, stride, padding,
                                                                dilation, ceil_mode);
}

void add_kernels(::torch::Library& m) {
  m.impl("max_pool3d", TORCH_FN(wrapper_AutogradPrivateUse1__max_pool3d));
}

}  // namespace

void RegisterLazuliAutogradPrivateUse1NativeFunctions();
void RegisterLazuliAutogradPrivateUse1NativeFunctions() {
  static ::torch::Library library(::torch::Library::IMPL, "aten",
                                  c10::DispatchKey::AutogradPrivateUse1, __FILE__, __LINE__);
  static const bool is_done = (add_kernels(library), true);
  (void)is_done;
}
