#include "python/dtypes.h"

#include <nanobind/stl/string.h>

#include <array>

#include "lazuli/base/error.h"
#include "lazuli/base/format.h"
#include "lazuli/core/scalar.h"
#include "lazuli/functions/check.h"
#include "python/functions.h"
#include "python/location.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

// What Python holds: which of them it is.
struct DTypeObject {
  DType dtype;
};
std::array<PyObject*, kDTypeCount> objects{};  // the module holds them

DType dtype_at(int place) { return static_cast<DType>(place); }

// The letters of "f32", "bf16", "u8" and what DLPack calls them.
struct Family {
  std::string_view letters;
  nb::dlpack::dtype_code code;
};
constexpr Family kFamilies[] = {{"bool", nb::dlpack::dtype_code::Bool},
                                {"bf", nb::dlpack::dtype_code::Bfloat},
                                {"f", nb::dlpack::dtype_code::Float},
                                {"i", nb::dlpack::dtype_code::Int},
                                {"u", nb::dlpack::dtype_code::UInt}};

nb::dlpack::dtype_code code_of(DType dtype) {
  const std::string_view name = name_of(dtype);
  for (const Family& family : kFamilies) {
    if (name.starts_with(family.letters)) return family.code;
  }
  throw InternalError(format("no DLPack code for {}", name));
}

std::optional<DType> named(std::string_view name) {
  for (int i = 0; i < kDTypeCount; ++i) {
    if (python_name(dtype_at(i)) == name) return dtype_at(i);
  }
  return std::nullopt;
}

// The text behind an attribute of NumPy's types, empty where there is none.
std::string name_attribute(PyObject* object, const char* attribute) {
  const nb::object name = nb::steal(PyObject_GetAttrString(object, attribute));
  if (!name.is_valid() || !PyUnicode_Check(name.ptr())) {
    PyErr_Clear();
    return {};
  }
  return nb::cast<std::string>(name);
}

}  // namespace

std::string python_name(DType dtype) { return dtype_names[static_cast<size_t>(dtype)]; }

nb::object dtype_object(DType dtype) { return nb::borrow(objects[static_cast<size_t>(dtype)]); }

std::optional<DType> to_dtype(PyObject* object) {
  DTypeObject* own = nullptr;
  if (nb::try_cast(nb::handle(object), own) && own) return own->dtype;
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return Scalar(1.0).category();
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return Scalar(1).category();
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return Scalar(true).category();
  if (PyUnicode_Check(object)) return named(nb::cast<std::string>(nb::handle(object)));
  if (PyType_Check(object)) {  // np.float32; np.bool is called bool
    const std::string home = name_attribute(object, "__module__");
    return home == "numpy" ? named(name_attribute(object, "__name__")) : std::nullopt;
  }
  const std::string home =
      name_attribute(reinterpret_cast<PyObject*>(Py_TYPE(object)), "__module__");
  return home.starts_with("numpy") ? named(name_attribute(object, "name")) : std::nullopt;
}

DType need_dtype(const char* op, nb::handle object) {
  const std::optional<DType> dtype = to_dtype(object.ptr());
  LZ_CHECK_AT(dtype, TypeError, here(), "{}: need a dtype, one of {}; got {}", op, all_dtypes(),
              nb::repr(object).c_str());
  return *dtype;
}

nb::dlpack::dtype dlpack_dtype(DType dtype) {
  return {static_cast<uint8_t>(code_of(dtype)), static_cast<uint8_t>(size_of(dtype) * 8), 1};
}

std::optional<DType> from_dlpack_dtype(nb::dlpack::dtype dtype) {
  for (int i = 0; i < kDTypeCount; ++i) {
    if (dlpack_dtype(dtype_at(i)) == dtype) return dtype_at(i);
  }
  return std::nullopt;
}

std::string all_dtypes() {
  std::string text;
  for (int i = 0; i < kDTypeCount; ++i) text += (i ? ", " : "") + python_name(dtype_at(i));
  return text;
}

void add_dtypes(nb::module_& module) {
  nb::class_<DTypeObject>(module, "dtype", "The type of a tensor's elements.")
      .def_prop_ro("name", [](const DTypeObject& self) { return python_name(self.dtype); })
      .def_prop_ro("itemsize", [](const DTypeObject& self) { return size_of(self.dtype); })
      .def_prop_ro("is_floating_point",
                   [](const DTypeObject& self) { return is_floating(self.dtype); })
      .def("__repr__", [](const DTypeObject& self) { return "lazuli." + python_name(self.dtype); })
      .def("__reduce__", [](const DTypeObject& self) { return python_name(self.dtype); });
  for (int i = 0; i < kDTypeCount; ++i) {
    const nb::object object = nb::cast(DTypeObject{dtype_at(i)});
    module.attr(python_name(dtype_at(i)).c_str()) = object;
    objects[static_cast<size_t>(i)] = object.ptr();
  }
}

}  // namespace lazuli::python
