// The class Tensor: from a Python object to the tensor in it and back.
#pragma once

#include <nanobind/nanobind.h>

#include <optional>

#include "lazuli/functions/tensor.h"

namespace lazuli::python {

bool is_tensor(PyObject* object);
// Of an object that is one; lives as long as the object.
Tensor& tensor_in(PyObject* object);
// A new object.
nanobind::object wrap(Tensor tensor);

// A Python or NumPy number. Nothing for what is none; throws ValueError for an integer that no
// dtype holds.
std::optional<Scalar> to_number(PyObject* object);
nanobind::object from_number(const Scalar& number);

void add_tensor_type(nanobind::module_& module);

}  // namespace lazuli::python
