// The module lazuli._lazuli; python/lazuli/__init__.py gives out its names.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <utility>
#include <vector>

#include "lazuli/autograd/mode.h"
#include "lazuli/base/metrics.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/runtime/thread_team.h"
#include "python/convert.h"
#include "python/dtypes.h"
#include "python/errors.h"
#include "python/functions.h"
#include "python/location.h"
#include "python/tensor_type.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

std::vector<Tensor> tensors_in(const char* op, nb::handle object) {
  if (is_tensor(object.ptr())) return {tensor_in(object.ptr())};
  std::vector<Tensor> tensors;
  LZ_CHECK_AT(nb::isinstance<nb::sequence>(object), TypeError, here(),
              "{}: need a Tensor or a list of them; got {}", op, Py_TYPE(object.ptr())->tp_name);
  for (const nb::handle each : object) {
    LZ_CHECK_AT(is_tensor(each.ptr()), TypeError, here(), "{}: need Tensors; got {}", op,
                Py_TYPE(each.ptr())->tp_name);
    tensors.push_back(tensor_in(each.ptr()));
  }
  return tensors;
}

nb::tuple gradients(nb::handle outputs, nb::handle inputs, nb::handle grad_outputs,
                    std::optional<bool> retain_graph, bool create_graph) {
  const std::vector<Tensor> from = tensors_in("grad", outputs);
  const std::vector<Tensor> to = tensors_in("grad", inputs);
  std::vector<Tensor> first;
  if (!grad_outputs.is_none()) first = tensors_in("grad", grad_outputs);
  std::vector<Tensor> found;
  {
    const At at = here();
    const nb::gil_scoped_release release;
    found = grad(from, to, first, retain_graph.value_or(create_graph), create_graph, at);
  }
  nb::list list;
  for (Tensor& each : found) list.append(each.defined() ? wrap(std::move(each)) : nb::none());
  return nb::tuple(list);
}

void add_creation(nb::module_& module) {
  module.def(
      "tensor",
      [](nb::handle data, nb::handle dtype, bool requires_grad) {
        std::optional<DType> wanted;
        if (!dtype.is_none()) wanted = need_dtype("tensor", dtype);
        Tensor result = tensor_of(data, wanted, here());
        if (requires_grad) result.requires_grad_(true, here());
        return result;
      },
      nb::arg("data").none(), nb::arg("dtype") = nb::none(), nb::arg("requires_grad") = false,
      "A copy of a number, of nested lists of numbers, of an array or of a tensor.");
  module.def(
      "from_numpy", [](nb::handle array) { return borrow("from_numpy", array, here()); },
      nb::arg("array").none(),
      "A tensor over the array's own memory. Operations that read it run before they return; "
      "in-place writes land in it before they return.");
  module.def(
      "from_dlpack", [](nb::handle array) { return borrow("from_dlpack", array, here()); },
      nb::arg("array").none(), "A tensor over the memory of an object with __dlpack__.");
}

void add_running(nb::module_& module) {
  module.def("eval", &eval, nb::call_guard<nb::gil_scoped_release>(),
             "Marks a step: runs what this thread has recorded. Never needed for a right answer.");
  module.def("manual_seed", &manual_seed, nb::arg("seed"), "Starts the generator anew.");
  module.def("get_num_threads", &runtime::thread_count);
  module.def(
      "set_num_threads",
      [](int count) {
        LZ_CHECK_AT(count >= 1, ValueError, here(), "set_num_threads: need at least 1; got {}",
                    count);
        runtime::set_thread_count(count);
      },
      nb::arg("count"));
}

void add_gradients(nb::module_& module) {
  module.def("grad", &gradients, nb::arg("outputs"), nb::arg("inputs"),
             nb::arg("grad_outputs") = nb::none(), nb::arg("retain_graph") = nb::none(),
             nb::arg("create_graph") = false,
             "The gradients of outputs with respect to inputs; None for an input that no output "
             "depends on.");
  module.def("is_grad_enabled", &autograd::is_recording);
  module.def("_set_grad_enabled",
             [](bool enabled) { return std::exchange(autograd::detail::is_recording, enabled); });
}

void add_metrics(nb::module_& module) {
  nb::module_ part = module.def_submodule("metrics", "Counters of what the system did.");
  part.def(
      "counters",
      [] {
        nb::dict counters;
        for (uint32_t i = 0; i < static_cast<uint32_t>(metrics::Counter::kCount); ++i) {
          const auto counter = static_cast<metrics::Counter>(i);
          const std::string_view name = metrics::name(counter);
          counters[nb::str(name.data(), name.size())] = metrics::value(counter);
        }
        return counters;
      },
      "Every counter by name.");
  part.def("report", &metrics::report, "One line a counter that is not zero.");
  part.def("reset", &metrics::reset, "Sets all to 0.");
}

}  // namespace

NB_MODULE(_lazuli, module) {
  module.attr("__version__") = LAZULI_VERSION;
  module.doc() = "A lazy tensor system that compiles what it sees.";
  add_errors(module);
  add_dtypes(module);
  add_tensor_type(module);
  // Python's table ends in an empty row.
  static std::vector<PyMethodDef> definitions(function_definitions.begin(),
                                              function_definitions.end());
  definitions.push_back({});
  if (PyModule_AddFunctions(module.ptr(), definitions.data()) < 0) throw nb::python_error();
  add_creation(module);
  add_running(module);
  add_gradients(module);
  add_metrics(module);
}

}  // namespace lazuli::python
