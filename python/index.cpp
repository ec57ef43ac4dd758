#include "python/index.h"

#include <optional>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "python/tensor_type.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

bool is_integer(PyObject* item) {
  return !PyBool_Check(item) && (PyLong_Check(item) || (PyIndex_Check(item) && !is_tensor(item)) ||
                                 (is_tensor(item) && tensor_in(item).numel() == 1 &&
                                  is_integral(tensor_in(item).dtype())));
}

int64_t integer_in(PyObject* item) {
  const Py_ssize_t value = PyNumber_AsSsize_t(item, PyExc_IndexError);
  if (value == -1 && PyErr_Occurred()) throw nb::python_error();
  return value;
}

// Goes through the items of an index, with the view and the dimension that the next one names.
class Walk {
 public:
  Walk(const Tensor& self, At at) : result_(self), at_(at) {}

  Tensor run(PyObject** items, Py_ssize_t count) {
    int64_t named = 0;
    for (Py_ssize_t i = 0; i < count; ++i) {
      named += is_integer(items[i]) || PySlice_Check(items[i]);
    }
    LZ_CHECK_AT(named <= result_.dim(), IndexError, at_,
                "index: need at most {} indices for {}; got {}", result_.dim(),
                to_string(result_.sizes()), named);
    bool has_ellipsis = false;
    for (Py_ssize_t i = 0; i < count; ++i) {
      PyObject* item = items[i];
      if (item == Py_Ellipsis) {
        LZ_CHECK_AT(!has_ellipsis, IndexError, at_, "index: need one ellipsis; got two");
        has_ellipsis = true;
        dim_ += result_.dim() - dim_ - named;
      } else if (item == Py_None) {
        result_ = unsqueeze(result_, dim_++, at_);
      } else if (PySlice_Check(item)) {
        take_slice(item);
        --named;
      } else if (is_integer(item)) {
        result_ = select(result_, dim_, integer_in(item), at_);
        --named;
      } else {
        LZ_CHECK_AT(false, TypeError, at_,
                    "index: need ints, slices, ... or None; got {} (gather takes a tensor)",
                    Py_TYPE(item)->tp_name);
      }
    }
    return result_;
  }

 private:
  void take_slice(PyObject* slice) {
    Py_ssize_t start = 0, stop = 0, step = 0;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0) throw nb::python_error();
    const int64_t extent = result_.sizes()[static_cast<int>(dim_)];
    const Py_ssize_t length = PySlice_AdjustIndices(extent, &start, &stop, step);
    LZ_CHECK_AT(step > 0, ValueError, at_, "index: need a step above 0; got {}", step);
    if (length < extent) result_ = lazuli::slice(result_, dim_, start, stop, step, at_);
    ++dim_;
  }

  Tensor result_;
  const At at_;
  int64_t dim_ = 0;
};

}  // namespace

Tensor indexed(const Tensor& self, nb::handle index, At at) {
  PyObject* item = index.ptr();
  const Tensor result =
      PyTuple_Check(item) ? Walk(self, at).run(PySequence_Fast_ITEMS(item), PyTuple_GET_SIZE(item))
                          : Walk(self, at).run(&item, 1);
  // Always another tensor, as with every view.
  return result.is_same(self) ? view(self, self.sizes(), at) : result;
}

void assign(const Tensor& self, nb::handle index, nb::handle value, At at) {
  const bool is_from_tensor = is_tensor(value.ptr());
  const std::optional<Scalar> number = is_from_tensor ? std::nullopt : to_number(value.ptr());
  LZ_CHECK_AT(is_from_tensor || number, TypeError, at, "index: need a Tensor or a number; got {}",
              Py_TYPE(value.ptr())->tp_name);
  const Tensor target = indexed(self, index, at);
  const nb::gil_scoped_release release;  // a write into the program's memory waits
  if (number) {
    target.fill_(*number, at);
  } else {
    target.copy_(tensor_in(value.ptr()), at);
  }
}

}  // namespace lazuli::python
