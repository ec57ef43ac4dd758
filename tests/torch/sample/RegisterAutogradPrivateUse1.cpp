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

}  // namespace

void RegisterLazuliAutogradPrivateUse1NativeFunctions() {
  static auto m = MAKE_TORCH_LIBRARY_IMPL(aten, AutogradPrivateUse1);
  m.impl("max_pool3d", TORCH_FN(wrapper_AutogradPrivateUse1__max_pool3d));
}
