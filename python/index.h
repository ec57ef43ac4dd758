// x[...] of Python: indices, slices, ellipses and None, each as a view.
#pragma once

#include <nanobind/nanobind.h>

#include "lazuli/functions/tensor.h"

namespace lazuli::python {

// The view that `index` names: ints select, slices narrow, None puts a dimension in, an ellipsis
// stands for all dimensions between. Throws IndexError and TypeError.
Tensor indexed(const Tensor& self, nanobind::handle index, At at);
// x[index] = value: a number or a tensor that broadcasts.
void assign(const Tensor& self, nanobind::handle index, nanobind::handle value, At at);

}  // namespace lazuli::python
