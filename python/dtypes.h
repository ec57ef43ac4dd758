// Element types as Python sees them: lazuli.float32, lazuli.int64, lazuli.bool, one object each;
// made for every DType that there is.
#pragma once

#include <nanobind/ndarray.h>

#include <optional>
#include <string>

#include "lazuli/core/dtype.h"

namespace lazuli::python {

// "float32", "int64", "bool", "bfloat16": NumPy's names.
std::string python_name(DType dtype);
nanobind::object dtype_object(DType dtype);
// Ours, NumPy's, a name, or Python's float, int and bool. Nothing where it is none of them or none
// that Lazuli has; leaves no error.
std::optional<DType> to_dtype(PyObject* object);
// Throws TypeError where there is none; `op` begins the message.
DType need_dtype(const char* op, nanobind::handle object);

nanobind::dlpack::dtype dlpack_dtype(DType dtype);
std::optional<DType> from_dlpack_dtype(nanobind::dlpack::dtype dtype);
// "bool, int64, float32"
std::string all_dtypes();

void add_dtypes(nanobind::module_& module);

}  // namespace lazuli::python
