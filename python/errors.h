// Errors of C++ as exceptions of Python.
#pragma once

#include <nanobind/nanobind.h>

namespace lazuli::python {

// Makes DeviceError and tells nanobind of all.
void add_errors(nanobind::module_& module);
// Sets Python's error to the exception that is being handled.
void set_error() noexcept;

}  // namespace lazuli::python
