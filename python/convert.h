// Between tensors and what holds numbers in Python: numbers and lists, NumPy's arrays, everything
// that speaks the buffer protocol or DLPack.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <optional>

#include "lazuli/functions/tensor.h"

namespace lazuli::python {

// A copy of a number, of nested lists and tuples of them, of an array or of a tensor.
Tensor tensor_of(nanobind::handle data, std::optional<DType> dtype, At at);
// The object's own memory: see from_blob. `op` begins messages. It needs to be writable.
Tensor borrow(const char* op, nanobind::handle array, At at);

// The elements as they are now, without a copy; read-only unless they lie in memory that the
// program brought.
nanobind::object to_numpy(const char* op, const Tensor& tensor, At at);
// An object with __dlpack__ over the same memory. What cannot say that it is read-only gets a copy.
nanobind::object to_dlpack(const Tensor& tensor, bool may_be_read_only, At at);
// Nested lists; a number where there is no dimension.
nanobind::object to_list(const Tensor& tensor, At at);

// Drops the references to arrays whose tensors have died, on whatever thread.
void release_arrays();

}  // namespace lazuli::python
