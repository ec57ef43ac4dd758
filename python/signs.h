// What Python calls for functions, methods and operator signs of the catalogue: a C function each,
// by the function's place in the table. For the generated file alone.
#pragma once

#include "python/errors.h"
#include "python/functions.h"
#include "python/tensor_type.h"

namespace lazuli::python {

template <typename Body>
PyObject* guarded(const Body& body) noexcept {
  try {
    return body();
  } catch (...) {
    set_error();
    return nullptr;
  }
}

using FastCall = PyObject*(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

template <int kFunction>
PyObject* call_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return guarded([&] {
    return call(functions[kFunction], {nullptr, values, static_cast<size_t>(count), names});
  });
}
template <int kFunction>
PyObject* call_method(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return guarded([&] {
    return call(functions[kFunction], {self, values, static_cast<size_t>(count), names});
  });
}
inline PyMethodDef definition(const char* name, FastCall* function, const char* doc) {
  const auto plain = reinterpret_cast<void (*)()>(function);
  return {name, reinterpret_cast<PyCFunction>(plain), METH_FASTCALL | METH_KEYWORDS, doc};
}

// The result, or NotImplemented, after which Python asks the other operand.
template <int kFunction, typename... Operands>
PyObject* sign(Operands... operands) {
  PyObject* const values[] = {operands...};
  PyObject* result = call_if_fit(functions[kFunction], {nullptr, values, sizeof...(operands), {}});
  return result ? result : Py_NewRef(Py_NotImplemented);
}

template <int kFunction>
PyObject* unary(PyObject* self) {
  return guarded([&] { return sign<kFunction>(self); });
}
// Where the first operand is a number, kReversed takes the operands the other way round.
template <int kFunction, int kReversed>
PyObject* binary(PyObject* self, PyObject* other) {
  return guarded([&] {
    if constexpr (kReversed != kNoFunction) {
      if (!is_tensor(self)) return sign<kReversed>(other, self);
    }
    return sign<kFunction>(self, other);
  });
}
template <int kFunction, int kReversed>
PyObject* binary_power(PyObject* self, PyObject* other, PyObject* modulus) {
  if (modulus != Py_None) return Py_NewRef(Py_NotImplemented);
  return binary<kFunction, kReversed>(self, other);
}
template <int kFunction>
PyObject* in_place(PyObject* self, PyObject* other) {
  return guarded([&] {
    PyObject* result = call_if_fit(functions[kFunction], {self, &other, 1, nullptr});
    return result ? result : Py_NewRef(Py_NotImplemented);
  });
}
template <int kFunction>
PyObject* in_place_power(PyObject* self, PyObject* other, PyObject* modulus) {
  if (modulus != Py_None) return Py_NewRef(Py_NotImplemented);
  return in_place<kFunction>(self, other);
}

}  // namespace lazuli::python
