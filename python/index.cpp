#include "python/index.h"

#include <optional>
#include <vector>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "python/tensor_type.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

bool is_integer(PyObject* item) {
  return !PyBool_Check(item) &&
         (PyLong_Check(item) || (PyIndex_Check(item) && !is_tensor(item)) ||
          (is_tensor(item) && tensor_in(item).dim() == 0 && is_integral(tensor_in(item).dtype())));
}

// The dimensions that an item stands for.
int64_t dims_of(PyObject* item) {
  if (is_tensor(item) && tensor_in(item).dtype() == kBool) return tensor_in(item).dim();
  return is_integer(item) || PySlice_Check(item) || is_tensor(item);
}

int64_t integer_in(PyObject* item) {
  const Py_ssize_t value = PyNumber_AsSsize_t(item, PyExc_IndexError);
  if (value == -1 && PyErr_Occurred()) throw nb::python_error();
  return value;
}

// Goes through the items of an index, with the view and the dimension that the next one names; a
// tensor among them is kept for when the view is there.
class Walk {
 public:
  Walk(const Tensor& self, At at) : result_(self), at_(at) {}

  void run(PyObject** items, Py_ssize_t count) {
    int64_t named = 0;
    for (Py_ssize_t i = 0; i < count; ++i) named += dims_of(items[i]);
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
      } else if (is_tensor(item)) {
        tensors_.resize(tensors_.size() + static_cast<size_t>(dim_ - covered_));
        tensors_.push_back(tensor_in(item));
        dim_ += dims_of(item);
        named -= dims_of(item);
        covered_ = dim_;
      } else {
        LZ_CHECK_AT(false, TypeError, at_, "index: need ints, slices, tensors, ... or None; got {}",
                    Py_TYPE(item)->tp_name);
      }
    }
  }

  const Tensor& view() const { return result_; }
  // One for each dimension of the view up to the last that a tensor names; a mask stands for
  // several.
  const std::vector<Tensor>& tensors() const { return tensors_; }

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
  std::vector<Tensor> tensors_;
  int64_t covered_ = 0;  // dimensions of the view that they stand for
};

Walk walk(const Tensor& self, nb::handle index, At at) {
  PyObject* item = index.ptr();
  Walk result(self, at);
  if (PyTuple_Check(item)) {
    result.run(PySequence_Fast_ITEMS(item), PyTuple_GET_SIZE(item));
  } else {
    result.run(&item, 1);
  }
  return result;
}

}  // namespace

Tensor indexed(const Tensor& self, nb::handle index, At at) {
  const Walk found = walk(self, index, at);
  if (!found.tensors().empty()) {
    const nb::gil_scoped_release release;  // masks are read
    return lazuli::index(found.view(), found.tensors(), at);
  }
  // Always another tensor, as with every view.
  return found.view().is_same(self) ? view(self, self.sizes(), at) : found.view();
}

void assign(const Tensor& self, nb::handle index, nb::handle value, At at) {
  const bool is_from_tensor = is_tensor(value.ptr());
  const std::optional<Scalar> number = is_from_tensor ? std::nullopt : to_number(value.ptr());
  LZ_CHECK_AT(is_from_tensor || number, TypeError, at, "index: need a Tensor or a number; got {}",
              Py_TYPE(value.ptr())->tp_name);
  const Walk found = walk(self, index, at);
  const Tensor& target = found.view();
  const nb::gil_scoped_release release;  // a write into the program's memory waits
  if (!found.tensors().empty()) {
    const Tensor values = number ? full({}, *number, target.dtype(), at) : tensor_in(value.ptr());
    target.index_put_(found.tensors(), values, false, at);
  } else if (number) {
    target.fill_(*number, at);
  } else {
    target.copy_(tensor_in(value.ptr()), at);
  }
}

}  // namespace lazuli::python
