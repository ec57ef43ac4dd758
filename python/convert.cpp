#include "python/convert.h"

#include <nanobind/stl/string.h>

#include <cstring>
#include <mutex>
#include <vector>

#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/record.h"
#include "lazuli/functions/strided_copy.h"
#include "lazuli/tensor/variable.h"
#include "python/dtypes.h"
#include "python/tensor_type.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

using Array = nb::ndarray<nb::device::cpu>;
using ReadOnlyArray = nb::ndarray<nb::ro, nb::device::cpu>;

// --- in ---

// Numbers of nested lists in row-major order, and their shape.
class Nest {
 public:
  explicit Nest(At at) : at_(at) {}
  std::vector<Scalar> numbers;
  Shape shape;
  DType dtype = DType::boolean;  // in which they meet

  void take(nb::handle data, int depth) {
    if (PyList_Check(data.ptr()) || PyTuple_Check(data.ptr())) return take_list(data, depth);
    if (const std::optional<Scalar> number = to_number(data.ptr())) {
      check_depth(depth, -1);
      numbers.push_back(*number);
      dtype = promote(dtype, number->category());
      return;
    }
    LZ_CHECK_AT(nb::hasattr(data, "tolist"), TypeError, at_,
                "tensor: need numbers, lists of them or an array; got {}",
                Py_TYPE(data.ptr())->tp_name);
    take(data.attr("tolist")(), depth);  // tensors and arrays among lists
  }

 private:
  void take_list(nb::handle list, int depth) {
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(list.ptr());
    check_depth(depth, count);
    for (Py_ssize_t i = 0; i < count; ++i) {
      take(PySequence_Fast_GET_ITEM(list.ptr(), i), depth + 1);
    }
  }

  // Here stands a list of so many, or a number (-1): the first way down says the shape.
  void check_depth(int depth, int64_t count) {
    const bool is_first = numbers.empty() && !is_closed_ && depth == shape.rank();
    if (is_first && count >= 0) {
      LZ_CHECK_AT(depth < kMaxRank, ValueError, at_, "tensor: need at most {} nested lists",
                  kMaxRank);
      shape.push_back(count);
      is_closed_ = count == 0;
      return;
    }
    const bool fits =
        count < 0 ? depth == shape.rank() : depth < shape.rank() && shape[depth] == count;
    LZ_CHECK_AT(fits, ValueError, at_, "tensor: need lists of equal lengths; got {} at depth {}",
                count < 0 ? "a number" : format("a list of {}", count), depth);
  }

  const At at_;
  bool is_closed_ = false;
};

struct Memory {
  DType dtype;
  Layout layout;
  void* data;
};

// Where an array's elements lie; throws for what no tensor can be.
template <typename AnyArray>
Memory memory_of(const char* op, nb::handle object, const AnyArray& array, At at) {
  const std::optional<DType> dtype = from_dlpack_dtype(array.dtype());
  LZ_CHECK_AT(dtype, TypeError, at, "{}: need an array of {}; got {} (tensor casts it to a dtype=)",
              op, all_dtypes(),
              nb::str(nb::getattr(object, "dtype", nb::str("another dtype"))).c_str());
  LZ_CHECK_AT(array.ndim() <= kMaxRank, ValueError, at, "{}: need at most {} dimensions; got {}",
              op, kMaxRank, array.ndim());
  Layout layout;
  for (size_t i = 0; i < array.ndim(); ++i) {
    layout.shape.push_back(static_cast<int64_t>(array.shape(i)));
    layout.strides.push_back(array.stride(i));
  }
  return {*dtype, layout, const_cast<void*>(static_cast<const void*>(array.data()))};
}

Tensor copy_of(const Memory& memory) {
  const Shape& shape = memory.layout.shape;
  const int64_t size = size_of(memory.dtype);
  const Ref<runtime::Buffer> buffer = runtime::Buffer::allocated(shape.product() * size);
  copy_strided(buffer->data(), contiguous(shape), memory.data, memory.layout, size);
  const TensorType type{memory.dtype, shape};
  return Tensor(tensor::Variable::make(trace::Value::of_buffer(type, contiguous(shape), buffer)));
}

// An array that a tensor borrowed. It is let go by whichever thread drops the last reference, which
// must not wait for Python's lock: Python does it at the next opportunity.
std::mutex& released_mutex() {
  static auto* const mutex = new std::mutex;
  return *mutex;
}
std::vector<PyObject*>& released() {
  static auto* const objects = new std::vector<PyObject*>;
  return *objects;
}

void release_later(PyObject* object) {
  {
    const std::lock_guard<std::mutex> lock(released_mutex());
    released().push_back(object);
  }
  // A full queue is no loss: the next borrowing releases it.
  Py_AddPendingCall(
      [](void*) {
        release_arrays();
        return 0;
      },
      nullptr);
}

// --- out ---

struct Elements {
  Ref<trace::Value> value;
  Layout layout;
  bool is_pinned;
  void* data() const {
    return value->buffer()->data() + layout.offset * size_of(value->type().dtype);
  }
};

Elements elements_of(const char* op, const Tensor& tensor, At at) {
  LZ_CHECK_AT(!tensor.requires_grad(), ValueError, at,
              "{}: need a tensor that requires no grad; detach() gives one", op);
  tensor::Variable& variable = tensor.variable();
  const nb::gil_scoped_release release;
  if (variable.is_stale()) refresh(variable, at);
  const Ref<trace::Value> value = variable.value();
  exec::read(*value);
  return {value, value->layout(), variable.is_pinned()};
}

// Keeps a value for as long as an array shows it.
nb::capsule keeper_of(const Ref<trace::Value>& value) {
  return nb::capsule(new Ref<trace::Value>(value),
                     [](void* kept) noexcept { delete static_cast<Ref<trace::Value>*>(kept); });
}

template <typename AnyArray>
nb::object array_over(const Elements& elements) {
  size_t shape[kMaxRank];
  const Layout& layout = elements.layout;
  for (int i = 0; i < layout.rank(); ++i) shape[i] = static_cast<size_t>(layout.shape[i]);
  const AnyArray array(elements.data(), static_cast<size_t>(layout.rank()), shape,
                       keeper_of(elements.value), layout.strides.begin(),
                       dlpack_dtype(elements.value->type().dtype));
  return nb::cast(array, nb::rv_policy::reference);
}

nb::object list_of(const char* data, const TensorType& type, int dim) {
  const auto size = static_cast<size_t>(size_of(type.dtype));
  if (dim == type.shape.rank()) {
    uint64_t bits = 0;
    std::memcpy(&bits, data, size);
    return from_number(Scalar::from_bits(type.dtype, bits));
  }
  size_t step = size;
  for (int i = dim + 1; i < type.shape.rank(); ++i) step *= static_cast<size_t>(type.shape[i]);
  const int64_t extent = type.shape[dim];
  nb::object list = nb::steal(PyList_New(extent));
  for (int64_t i = 0; i < extent; ++i) {
    PyList_SET_ITEM(list.ptr(), i,
                    list_of(data + static_cast<size_t>(i) * step, type, dim + 1).release().ptr());
  }
  return list;
}

}  // namespace

void release_arrays() {
  std::vector<PyObject*> objects;
  {
    const std::lock_guard<std::mutex> lock(released_mutex());
    objects.swap(released());
  }
  for (PyObject* object : objects) Py_DECREF(object);
}

Tensor tensor_of(nb::handle data, std::optional<DType> dtype, At at) {
  if (is_tensor(data.ptr())) {
    const Tensor& source = tensor_in(data.ptr());
    const NoGradGuard no_grad;
    Tensor copy = empty(source.sizes(), dtype.value_or(source.dtype()), at);
    return copy.copy_(source, at);
  }
  // NumPy's scalars are arrays without dimensions, though some are Python's numbers, too.
  const bool is_number = to_number(data.ptr()).has_value() && !nb::hasattr(data, "dtype");
  ReadOnlyArray array;
  if (!is_number && !PyList_Check(data.ptr()) && !PyTuple_Check(data.ptr())) {
    nb::object object = nb::borrow(data);
    // An array of a dtype that Lazuli has not is cast by who made it.
    const bool is_array = nb::try_cast(object, array);
    const bool is_known = is_array && from_dlpack_dtype(array.dtype());
    if (dtype && !is_known && nb::hasattr(object, "astype")) {
      object = object.attr("astype")(python_name(*dtype));
    }
    if (nb::try_cast(object, array)) {
      const Tensor copy = copy_of(memory_of("tensor", data, array, at));
      return dtype ? to(copy, *dtype, at) : copy;
    }
  }
  Nest nest(at);
  nest.take(data, 0);
  const DType natural = nest.numbers.empty() ? kFloat32 : nest.dtype;
  return detail::from_numbers(nest.numbers.data(), nest.numbers.size(), dtype.value_or(natural),
                              nest.shape, at);
}

Tensor borrow(const char* op, nb::handle object, At at) {
  release_arrays();
  Array array;
  if (!nb::try_cast(object, array)) {
    ReadOnlyArray readable;
    LZ_CHECK_AT(!nb::try_cast(object, readable), ValueError, at,
                "{}: need a writable array; got a read-only one (tensor copies it)", op);
    LZ_CHECK_AT(false, TypeError, at, "{}: need an array in the processor's memory; got {}", op,
                Py_TYPE(object.ptr())->tp_name);
  }
  const Memory memory = memory_of(op, object, array, at);
  // The array's handle lives on the heap until its tensor is gone: an object that owns it.
  auto* owner = new Array(array);
  PyObject* keeper = PyCapsule_New(owner, nullptr, [](PyObject* capsule) {
    delete static_cast<Array*>(PyCapsule_GetPointer(capsule, nullptr));
  });
  if (!keeper) {
    delete owner;
    throw nb::python_error();
  }
  try {
    return from_blob(
        memory.data, memory.layout.shape, memory.dtype, memory.layout.strides,
        [keeper] { release_later(keeper); }, at);
  } catch (...) {
    Py_DECREF(keeper);
    throw;
  }
}

nb::object to_numpy(const char* op, const Tensor& tensor, At at) {
  LZ_CHECK_AT(python_name(tensor.dtype()) != "bfloat16", TypeError, at,
              "{}: NumPy has no bfloat16; to(lazuli.float32) first", op);
  const Elements elements = elements_of(op, tensor, at);
  return elements.is_pinned ? array_over<nb::ndarray<nb::numpy>>(elements)
                            : array_over<nb::ndarray<nb::numpy, nb::ro>>(elements);
}

nb::object to_dlpack(const Tensor& tensor, bool may_be_read_only, At at) {
  Elements elements = elements_of("__dlpack__", tensor, at);
  if (elements.is_pinned) return array_over<nb::ndarray<nb::array_api>>(elements);
  if (may_be_read_only) return array_over<nb::ndarray<nb::array_api, nb::ro>>(elements);
  const TensorType& type = elements.value->type();
  const Tensor copy = copy_of({type.dtype, elements.layout, elements.value->buffer()->data()});
  elements.value = copy.variable().value();
  elements.layout = elements.value->layout();
  return array_over<nb::ndarray<nb::array_api>>(elements);
}

nb::object to_list(const Tensor& tensor, At at) {
  const TensorType type{tensor.dtype(), tensor.sizes()};
  std::vector<char> data(static_cast<size_t>(type.numel() * size_of(type.dtype)));
  {
    const nb::gil_scoped_release release;
    tensor.copy_to(data.data(), at);
  }
  return list_of(data.data(), type, 0);
}

}  // namespace lazuli::python
