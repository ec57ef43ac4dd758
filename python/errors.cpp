#include "python/errors.h"

#include <new>
#include <string>

#include "lazuli/base/error.h"
#include "lazuli/base/format.h"
#include "python/location.h"

namespace lazuli::python {
namespace {

PyObject* device_error = nullptr;  // the module holds it

// A message without a line gets that of the call.
void set(PyObject* kind, const Error& error) {
  std::string text = error.what();
  if (text.find(" (at ") == std::string::npos) text += format(" (at {})", to_string(here()));
  PyErr_SetString(kind, text.c_str());
}

}  // namespace

void set_error() noexcept {
  try {
    try {
      throw;
    } catch (const OutOfMemoryError& error) {
      set(PyExc_MemoryError, error);
    } catch (const DeviceError& error) {
      set(device_error, error);
    } catch (const ValueError& error) {
      set(PyExc_ValueError, error);
    } catch (const TypeError& error) {
      set(PyExc_TypeError, error);
    } catch (const IndexError& error) {
      set(PyExc_IndexError, error);
    } catch (const Error& error) {
      set(PyExc_RuntimeError, error);
    } catch (nanobind::python_error& error) {
      error.restore();
    } catch (const std::bad_alloc&) {
      PyErr_NoMemory();
    } catch (const std::exception& error) {
      PyErr_SetString(PyExc_RuntimeError, error.what());
    }
  } catch (...) {
    PyErr_SetString(PyExc_MemoryError, "lazuli: no memory for an error's message");
  }
}

void add_errors(nanobind::module_& module) {
  nanobind::handle type =
      nanobind::exception<DeviceError>(module, "DeviceError", PyExc_RuntimeError);
  device_error = type.ptr();
  PyObject_SetAttrString(device_error, "__doc__",
                         nanobind::str("The device could not finish an operation.").ptr());
  nanobind::register_exception_translator([](const std::exception_ptr& error, void*) {
    try {
      std::rethrow_exception(error);
    } catch (const Error&) {
      set_error();
    }
  });
}

}  // namespace lazuli::python
