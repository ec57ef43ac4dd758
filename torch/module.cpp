// The C++ half of the package lazuli_torch. Everything else of PyTorch's reaches the device by the
// dispatcher.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "lazuli/functions/tensor.h"
#include "torch/device.h"
#include "torch/fallback.h"

PYBIND11_MODULE(_device, module) {
  namespace plugin = lazuli::torch;
  using Release = pybind11::call_guard<pybind11::gil_scoped_release>;
  plugin::register_device();
  module.def("eval", &lazuli::eval, Release());
  module.def("synchronize", &plugin::synchronize, Release());
  module.def("kernel_counts", &plugin::kernel_counts);
  module.def("fallback_counts", &plugin::fallback_counts);
  module.def("reset_counts", &plugin::reset_counts);
  module.def("set_fallbacks", &plugin::set_fallbacks, pybind11::arg("ops"));
}
