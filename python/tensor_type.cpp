// The class Tensor: what no entry of the catalogue says of it.
#include "python/tensor_type.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>

#include "lazuli/functions/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "python/convert.h"
#include "python/dtypes.h"
#include "python/errors.h"
#include "python/functions.h"
#include "python/index.h"
#include "python/location.h"
#include "python/signs.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

PyTypeObject* tensor_type = nullptr;  // the module holds it

Py_ssize_t length(PyObject* self) {
  try {
    const Tensor& tensor = tensor_in(self);
    LZ_CHECK_AT(tensor.dim() > 0, TypeError, here(), "len: need a dimension; got a tensor without");
    return tensor.sizes()[0];
  } catch (...) {
    set_error();
    return -1;
  }
}

PyObject* iterate(PyObject* self) {
  return guarded([&] {
    LZ_CHECK_AT(tensor_in(self).dim() > 0, TypeError, here(),
                "iter: need a dimension; got a tensor without");
    return PySeqIter_New(self);
  });
}

int contains(PyObject* self, PyObject* value) {
  try {
    const nb::object equal = nb::steal(PyObject_RichCompare(self, value, Py_EQ));
    if (!equal.is_valid()) return -1;
    if (!is_tensor(equal.ptr())) return 0;
    const At at = here();
    const nb::gil_scoped_release release;
    const std::vector<bool> elements = tensor_in(equal.ptr()).to_vector<bool>(at);
    return std::find(elements.begin(), elements.end(), true) != elements.end();
  } catch (...) {
    set_error();
    return -1;
  }
}

PyObject* get_item(PyObject* self, PyObject* index) {
  return guarded([&] { return wrap(indexed(tensor_in(self), index, here())).release().ptr(); });
}

PyObject* get_sequence_item(PyObject* self, Py_ssize_t index) {
  return guarded([&] { return wrap(select(tensor_in(self), 0, index, here())).release().ptr(); });
}

int set_item(PyObject* self, PyObject* index, PyObject* value) {
  try {
    LZ_CHECK_AT(value, TypeError, here(), "index: a tensor's elements cannot be deleted");
    assign(tensor_in(self), index, value, here());
    return 0;
  } catch (...) {
    set_error();
    return -1;
  }
}

Scalar single(PyObject* self) {
  const At at = here();
  const nb::gil_scoped_release release;
  return tensor_in(self).item(at);
}

int truth(PyObject* self) {
  try {
    return single(self).to_bool();
  } catch (...) {
    set_error();
    return -1;
  }
}

PyObject* to_float(PyObject* self) {
  return guarded([&] { return PyFloat_FromDouble(single(self).to_double()); });
}
PyObject* to_int(PyObject* self) {
  return guarded([&] { return PyNumber_Long(from_number(single(self)).ptr()); });
}
PyObject* to_index(PyObject* self) {
  return guarded([&] {
    const Tensor& tensor = tensor_in(self);
    LZ_CHECK_AT(is_integral(tensor.dtype()) && tensor.numel() == 1, TypeError, here(),
                "index: need one integer; got {}",
                to_string(TensorType{tensor.dtype(), tensor.sizes()}));
    return from_number(single(self)).release().ptr();
  });
}

PyObject* compare(PyObject* self, PyObject* other, int sign) {
  return guarded([&]() -> PyObject* {
    const int function = comparison_functions[static_cast<size_t>(sign)];
    const bool is_operand = is_tensor(other) || to_number(other);
    constexpr const char* kSigns[] = {"<", "<=", "==", "!=", ">", ">="};
    LZ_CHECK_AT(function != kNoFunction || !is_operand, TypeError, here(),
                "the catalogue has no function for '{}'", kSigns[sign]);
    PyObject* const values[] = {self, other};
    PyObject* result =
        is_operand ? call_if_fit(functions[static_cast<size_t>(function)], {nullptr, values, 2, {}})
                   : nullptr;
    return result ? result : Py_NewRef(Py_NotImplemented);
  });
}

// Tensors of one variable are one key: comparing tensors compares their elements.
Py_hash_t hash(PyObject* self) {
  return static_cast<Py_hash_t>(reinterpret_cast<uintptr_t>(tensor_in(self).reference().get()) >>
                                4);
}

nb::tuple tuple_of(const Dims& dims) {
  nb::object tuple = nb::steal(PyTuple_New(dims.rank()));
  for (int i = 0; i < dims.rank(); ++i) {
    PyTuple_SET_ITEM(tuple.ptr(), i, PyLong_FromLongLong(dims[i]));
  }
  return nb::borrow<nb::tuple>(tuple);
}

// None stands for an undefined tensor.
nb::object wrap_optional(Tensor tensor) {
  return tensor.defined() ? wrap(std::move(tensor)) : nb::none();
}
Tensor optional_tensor(const char* op, nb::handle object) {
  if (object.is_none()) return {};
  LZ_CHECK_AT(is_tensor(object.ptr()), TypeError, here(), "{}: need a Tensor or None; got {}", op,
              Py_TYPE(object.ptr())->tp_name);
  return tensor_in(object.ptr());
}

Tensor transposed(const Tensor& self, bool last_two) {
  const At at = here();
  const int rank = self.sizes().rank();
  LZ_CHECK_AT(!last_two || rank >= 2, ValueError, at, "mT: need two dimensions; got {}",
              to_string(self.sizes()));
  if (last_two) return transpose(self, -2, -1, at);
  Dims order;
  for (int i = rank - 1; i >= 0; --i) order.push_back(i);
  return permute(self, order, at);
}

nb::object formatted(const Tensor& self, nb::handle text) {
  const nb::object plain = self.dim() == 0 && nb::len(text) > 0
                               ? from_number(self.item(here()))
                               : nb::object(nb::str(self.to_string(here()).c_str()));
  return nb::steal(PyObject_Format(plain.ptr(), text.ptr()));
}

nb::object as_array(const Tensor& self, nb::handle dtype, nb::handle copy) {
  const nb::object array = to_numpy("__array__", self, here());
  const bool must_copy = !copy.is_none() && nb::cast<bool>(copy);
  const bool fits = dtype.is_none() || array.attr("dtype").equal(dtype);
  LZ_CHECK_AT(fits || copy.is_none() || must_copy, ValueError, here(),
              "__array__: need a copy for another dtype");
  if (!fits) return array.attr("astype")(dtype);
  return must_copy ? array.attr("copy")() : array;
}

nb::object dlpack(const Tensor& self, nb::args arguments, nb::kwargs options) {
  const nb::object version =
      options.contains("max_version") ? nb::object(options["max_version"]) : nb::none();
  const bool knows_read_only = !version.is_none() && nb::cast<int>(version[0]) >= 1;
  const bool must_copy =
      options.contains("copy") && !options["copy"].is_none() && nb::cast<bool>(options["copy"]);
  const nb::object holder = to_dlpack(self, knows_read_only && !must_copy, here());
  nb::dict passed;
  for (const char* name : {"max_version", "dl_device"}) {
    if (options.contains(name)) passed[name] = options[name];
  }
  return holder.attr("__dlpack__")(*arguments, **passed);
}

PyType_Slot kSlots[] = {
    {Py_mp_length, reinterpret_cast<void*>(&length)},
    {Py_sq_length, reinterpret_cast<void*>(&length)},
    {Py_tp_iter, reinterpret_cast<void*>(&iterate)},
    {Py_sq_contains, reinterpret_cast<void*>(&contains)},
    {Py_sq_item, reinterpret_cast<void*>(&get_sequence_item)},
    {Py_mp_subscript, reinterpret_cast<void*>(&get_item)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(&set_item)},
    {Py_nb_bool, reinterpret_cast<void*>(&truth)},
    {Py_nb_float, reinterpret_cast<void*>(&to_float)},
    {Py_nb_int, reinterpret_cast<void*>(&to_int)},
    {Py_nb_index, reinterpret_cast<void*>(&to_index)},
    {Py_tp_richcompare, reinterpret_cast<void*>(&compare)},
    {Py_tp_hash, reinterpret_cast<void*>(&hash)},
};

void add_shape(nb::class_<Tensor>& type) {
  type.def_prop_ro("shape", [](const Tensor& self) { return tuple_of(self.sizes()); })
      .def_prop_ro("dtype", [](const Tensor& self) { return dtype_object(self.dtype()); })
      .def_prop_ro("ndim", &Tensor::dim)
      .def_prop_ro("itemsize", [](const Tensor& self) { return size_of(self.dtype()); })
      .def_prop_ro("nbytes",
                   [](const Tensor& self) { return self.numel() * size_of(self.dtype()); })
      .def_prop_ro(
          "T", [](const Tensor& self) { return transposed(self, false); },
          "The dimensions in reverse order.")
      .def_prop_ro(
          "mT", [](const Tensor& self) { return transposed(self, true); },
          "The last two dimensions exchanged.")
      .def("dim", &Tensor::dim)
      .def("numel", &Tensor::numel)
      .def("element_size", [](const Tensor& self) { return size_of(self.dtype()); })
      .def(
          "size",
          [](const Tensor& self, std::optional<int64_t> dim) -> nb::object {
            if (dim) return nb::int_(self.size(*dim, here()));
            return tuple_of(self.sizes());
          },
          nb::arg("dim") = nb::none())
      .def(
          "stride",
          [](const Tensor& self, std::optional<int64_t> dim) -> nb::object {
            const Dims strides = self.strides();
            if (!dim) return tuple_of(strides);
            return nb::int_(strides[wrap_dim("stride", *dim, strides.rank(), here())]);
          },
          nb::arg("dim") = nb::none())
      .def("is_contiguous", &Tensor::is_contiguous)
      .def("is_floating_point", [](const Tensor& self) { return is_floating(self.dtype()); })
      .def("is_same", &Tensor::is_same, nb::arg("other"), "Whether both name one variable.");
}

void add_reading(nb::class_<Tensor>& type) {
  type.def(
          "item", [](nb::handle self) { return from_number(single(self.ptr())); },
          "The only element, as a number.")
      .def(
          "tolist", [](const Tensor& self) { return to_list(self, here()); },
          "Nested lists of numbers; a number where there is no dimension.")
      .def(
          "numpy", [](const Tensor& self) { return to_numpy("numpy", self, here()); },
          "The elements as they are now, without a copy: a read-only array, or, of memory that was "
          "borrowed, that memory.")
      .def("__array__", &as_array, nb::arg("dtype") = nb::none(), nb::kw_only(),
           nb::arg("copy") = nb::none())
      .def("__dlpack__", &dlpack)
      .def("__dlpack_device__", [](const Tensor&) { return nb::make_tuple(1, 0); })
      .def("__repr__",
           [](const Tensor& self) {
             const At at = here();
             const nb::gil_scoped_release release;
             return self.to_string(at);
           })
      .def("__format__", &formatted)
      .def("__copy__", [](const Tensor& self) { return self; })
      .def("__deepcopy__",
           [](const Tensor& self, nb::handle) {
             LZ_CHECK_AT(self.is_leaf(), ValueError, here(),
                         "deepcopy: need a tensor that was not worked out from others; detach() "
                         "gives one");
             Tensor copy = tensor_of(nb::find(self), std::nullopt, here());
             if (self.requires_grad()) copy.requires_grad_(true, here());
             return copy;
           })
      .def("__reduce__", [](const Tensor& self) {
        // What NumPy has not is kept as the float that holds it.
        const Tensor plain = self.detach(here());
        const bool has_array = python_name(plain.dtype()) != "bfloat16";
        const nb::object array =
            to_numpy("__reduce__", has_array ? plain : to(plain, kFloat32, here()), here());
        return nb::make_tuple(
            nb::module_::import_("lazuli").attr("_rebuild"),
            nb::make_tuple(array, dtype_object(self.dtype()), self.requires_grad()));
      });
}

void add_gradients(nb::class_<Tensor>& type) {
  type.def_prop_rw(
          "requires_grad", [](const Tensor& self) { return self.requires_grad(); },
          [](const Tensor& self, bool value) { self.requires_grad_(value, here()); })
      .def(
          "requires_grad_",
          [](nb::object self, bool value) {
            tensor_in(self.ptr()).requires_grad_(value, here());
            return self;
          },
          nb::arg("requires_grad") = true)
      .def_prop_rw(
          "grad", [](const Tensor& self) { return wrap_optional(self.grad()); },
          [](const Tensor& self, nb::handle value) {
            self.set_grad(optional_tensor("grad", value), here());
          },
          nb::for_setter(nb::arg("value").none()))
      .def_prop_ro("is_leaf", &Tensor::is_leaf)
      .def(
          "detach", [](const Tensor& self) { return self.detach(here()); },
          "The same memory without history.")
      .def(
          "backward",
          [](const Tensor& self, nb::handle gradient, std::optional<bool> retain_graph,
             bool create_graph) {
            const Tensor first = optional_tensor("backward", gradient);
            const At at = here();
            const nb::gil_scoped_release release;
            self.backward(first, retain_graph.value_or(create_graph), create_graph, at);
          },
          nb::arg("gradient") = nb::none(), nb::arg("retain_graph") = nb::none(),
          nb::arg("create_graph") = false,
          "Adds the gradients of this result to the `grad` of every leaf that it was made from.");
}

}  // namespace

bool is_tensor(PyObject* object) { return PyObject_TypeCheck(object, tensor_type); }
Tensor& tensor_in(PyObject* object) { return *nb::inst_ptr<Tensor>(object); }

nb::object wrap(Tensor tensor) {
  nb::object object = nb::inst_alloc(reinterpret_cast<PyObject*>(tensor_type));
  new (nb::inst_ptr<Tensor>(object)) Tensor(std::move(tensor));
  nb::inst_mark_ready(object);
  return object;
}

std::optional<Scalar> to_number(PyObject* object) {
  if (PyFloat_Check(object)) return Scalar(PyFloat_AS_DOUBLE(object));
  if (PyBool_Check(object)) return Scalar(object == Py_True);
  if (PyLong_Check(object)) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
    LZ_CHECK_AT(overflow == 0, ValueError, here(), "need an int of 64 bits; got {}",
                nb::str(nb::handle(object)).c_str());
    return Scalar(static_cast<int64_t>(value));
  }
  if (is_tensor(object) || !PyNumber_Check(object)) return std::nullopt;
  // A number of NumPy, if NumPy is there.
  PyObject* numpy = PyDict_GetItemString(PyImport_GetModuleDict(), "numpy");
  if (!numpy) return std::nullopt;
  const nb::object generic = nb::getattr(numpy, "generic", nb::none());
  if (generic.is_none() || PyObject_IsInstance(object, generic.ptr()) != 1) return std::nullopt;
  const nb::object plain = nb::handle(object).attr("item")();
  return PyFloat_Check(plain.ptr()) || PyLong_Check(plain.ptr()) ? to_number(plain.ptr())
                                                                 : std::nullopt;
}

nb::object from_number(const Scalar& number) {
  if (number.category() == kBool) return nb::bool_(number.to_bool());
  if (is_floating(number.category())) return nb::float_(number.to_double());
  return nb::int_(number.to_int64());
}

void add_tensor_type(nb::module_& module) {
  std::vector<PyType_Slot> slots(std::begin(kSlots), std::end(kSlots));
  slots.insert(slots.end(), operator_slots.begin(), operator_slots.end());
  slots.push_back({0, nullptr});
  nb::class_<Tensor> type(module, "Tensor", nb::type_slots(slots.data()),
                          nb::is_weak_referenceable(),
                          "Elements of one dtype in some dimensions. Operations are recorded and "
                          "run when a value is needed.");
  tensor_type = reinterpret_cast<PyTypeObject*>(type.ptr());
  add_shape(type);
  add_reading(type);
  add_gradients(type);
  for (const auto& [name, dtype] : casts) {
    type.def(name, [dtype = dtype](const Tensor& self) { return to(self, dtype, here()); });
  }
  for (const Function& function : functions) {
    for (const Overload& overload : function.overloads) {
      LZ_ASSERT(overload.parameters.size() <= Call::kMaxParameters, "{}", overload.signature);
    }
  }
  for (PyMethodDef& definition : method_definitions) {
    const nb::object method = nb::steal(PyDescr_NewMethod(tensor_type, &definition));
    type.attr(definition.ml_name) = method;
  }
}

}  // namespace lazuli::python
