// From Python's arguments to those of C++: which overload they fit, what each becomes.
#include <algorithm>
#include <cstring>

#include "lazuli/functions/check.h"
#include "lazuli/tensor/variable.h"
#include "python/dtypes.h"
#include "python/functions.h"
#include "python/location.h"
#include "python/tensor_type.h"

namespace nb = nanobind;

namespace lazuli::python {
namespace {

// Other names of arguments: PyTorch's functions call self `input`, NumPy has its own.
struct Alias {
  const char* name;
  std::initializer_list<const char*> others;
};
const Alias kAliases[] = {{"self", {"input", "x", "a", "x1"}},
                          {"input", {"x", "a", "x1"}},
                          {"other", {"x2"}},
                          {"dim", {"axis"}},
                          {"keepdim", {"keepdims"}},
                          {"from", {"from_"}}};

bool is_named(const Parameter& parameter, const char* name) {
  if (std::strcmp(parameter.name, name) == 0) return true;
  for (const Alias& alias : kAliases) {
    if (std::strcmp(alias.name, parameter.name) != 0) continue;
    for (const char* other : alias.others) {
      if (std::strcmp(other, name) == 0) return true;
    }
  }
  return false;
}

const char* text_of(Need need) {
  constexpr const char* kTexts[] = {"a Tensor",
                                    "a list of Tensors",
                                    "a number",
                                    "an int",
                                    "a number",
                                    "True or False",
                                    "a dtype",
                                    "a str",
                                    "an int or a list of ints",
                                    "a list of ints"};
  return kTexts[static_cast<int>(need)];
}

bool is_integer(PyObject* object) {
  return PyLong_Check(object) ||
         (PyIndex_Check(object) && !(is_tensor(object) && is_floating(tensor_in(object).dtype())));
}

int64_t integer_in(PyObject* object, At at) {
  const nb::object index = nb::steal(PyNumber_Index(object));
  if (!index.is_valid()) throw nb::python_error();
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  LZ_CHECK_AT(overflow == 0, ValueError, at, "need an int of 64 bits; got {}",
              nb::str(index).c_str());
  if (value == -1 && PyErr_Occurred()) throw nb::python_error();
  return value;
}

const char* type_name(PyObject* object) { return Py_TYPE(object)->tp_name; }

}  // namespace

std::optional<Scalar> Call::optional_number(size_t place) const {
  return is_given(place) ? std::optional(values_[place].number) : std::nullopt;
}
std::optional<int64_t> Call::optional_integer(size_t place) const {
  return is_given(place) ? std::optional(values_[place].integer) : std::nullopt;
}
std::optional<double> Call::optional_fraction(size_t place) const {
  return is_given(place) ? std::optional(values_[place].fraction) : std::nullopt;
}
std::optional<DType> Call::optional_dtype(size_t place) const {
  return is_given(place) ? std::optional(values_[place].dtype) : std::nullopt;
}

bool Call::place_arguments(const Arguments& arguments, std::string* why) {
  const std::span<const Parameter> parameters = overload_.parameters;
  std::fill_n(objects_, parameters.size(), nullptr);
  size_t positions = 0;
  while (positions < parameters.size() && !parameters[positions].is_keyword_only) ++positions;
  const size_t first = arguments.self ? 1 : 0;
  if (first) objects_[0] = arguments.self;

  // A list of extents or tensors at the end, after nothing or one argument, may come without its
  // parentheses.
  const size_t last = positions - 1;
  const bool may_be_open = positions > 0 && positions <= 2;
  const bool takes_extents = may_be_open && parameters[last].need == Need::sizes;
  const bool takes_tensors = may_be_open && parameters[last].need == Need::tensors;
  const size_t before = last - first;
  if ((takes_extents || takes_tensors) && arguments.count > before &&
      (arguments.count > before + 1 || (takes_extents && is_integer(arguments.values[before])) ||
       (takes_tensors && is_tensor(arguments.values[before])))) {
    const size_t count = arguments.count - before;
    open_list_ = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(count)));
    if (!open_list_.is_valid()) throw nb::python_error();
    for (size_t i = 0; i < count; ++i) {
      PyObject* item = arguments.values[before + i];
      PyTuple_SET_ITEM(open_list_.ptr(), static_cast<Py_ssize_t>(i), Py_NewRef(item));
    }
    std::copy_n(arguments.values, before, objects_ + first);
    objects_[last] = open_list_.ptr();
  } else if (arguments.count > positions - first) {
    if (why) {
      *why = format("need at most {} arguments without a name; got {}", positions - first,
                    arguments.count);
    }
    return false;
  } else {
    std::copy_n(arguments.values, arguments.count, objects_ + first);
  }

  const Py_ssize_t named = arguments.names ? PyTuple_GET_SIZE(arguments.names) : 0;
  for (Py_ssize_t i = 0; i < named; ++i) {
    const char* name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(arguments.names, i));
    if (!name) throw nb::python_error();
    size_t place = first;
    while (place < parameters.size() && !is_named(parameters[place], name)) ++place;
    if (place == parameters.size() || objects_[place]) {
      const bool is_known = place < parameters.size();
      if (why && is_known) *why = format("'{}' comes twice", name);
      if (why && !is_known) *why = format("there is no argument '{}'", name);
      return false;
    }
    objects_[place] = arguments.values[arguments.count + static_cast<size_t>(i)];
  }
  return true;
}

// The name by which the caller knows a parameter.
const char* Call::shown_name(size_t place, bool is_method) const {
  const char* name = overload_.parameters[place].name;
  return place == 0 && !is_method && std::strcmp(name, "self") == 0 ? "input" : name;
}

bool Call::take(const Arguments& arguments, std::string* why) {
  static const Tensor undefined;
  if (!place_arguments(arguments, why)) return false;
  const std::span<const Parameter> parameters = overload_.parameters;
  for (size_t place = 0; place < parameters.size(); ++place) {
    const Parameter& parameter = parameters[place];
    PyObject* object = objects_[place];
    if (!object || (object == Py_None && parameter.takes_none)) {
      if (parameter.need == Need::tensor) values_[place].tensor = &undefined;
      if (object || parameter.may_be_missing) continue;
      if (why) *why = format("need an argument '{}'", shown_name(place, arguments.self));
      return false;
    }
    if (!convert(place, object)) {
      if (why) {
        *why = format("need {} for '{}'; got {}", text_of(parameter.need),
                      shown_name(place, arguments.self), type_name(object));
      }
      return false;
    }
    given_ |= 1u << place;
  }
  first_ = objects_[0];
  return true;
}

bool Call::convert(size_t place, PyObject* object) {
  Value& value = values_[place];
  switch (overload_.parameters[place].need) {
    case Need::tensor:
      if (!is_tensor(object)) return false;
      value.tensor = &tensor_in(object);
      waits_ |= value.tensor->defined() && value.tensor->variable().is_pinned();
      return true;
    case Need::number: {
      const std::optional<Scalar> number = to_number(object);
      if (number) value.number = *number;
      return number.has_value();
    }
    case Need::fraction: {
      const std::optional<Scalar> number = to_number(object);
      if (number) value.fraction = number->to_double();
      return number.has_value();
    }
    case Need::integer:
      if (!is_integer(object)) return false;
      value.integer = integer_in(object, at_);
      return true;
    case Need::flag:
      if (!PyBool_Check(object)) return false;
      value.flag = object == Py_True;
      return true;
    case Need::dtype: {
      const std::optional<DType> dtype = to_dtype(object);
      if (dtype) value.dtype = *dtype;
      return dtype.has_value();
    }
    case Need::text: {
      if (!PyUnicode_Check(object)) return false;
      Py_ssize_t size = 0;
      const char* text = PyUnicode_AsUTF8AndSize(object, &size);
      if (!text) throw nb::python_error();
      value.text = {text, static_cast<size_t>(size)};
      return true;
    }
    default:
      return convert_list(place, object);
  }
}

bool Call::convert_list(size_t place, PyObject* object) {
  const Need need = overload_.parameters[place].need;
  const bool is_list = PyList_Check(object) || PyTuple_Check(object);
  if (!is_list && (need == Need::tensors || !is_integer(object))) return false;
  const auto count = is_list ? static_cast<size_t>(PySequence_Fast_GET_SIZE(object)) : 1;
  PyObject** items = is_list ? PySequence_Fast_ITEMS(object) : &object;
  if (need == Need::tensors) {
    if (!std::all_of(items, items + count, is_tensor)) return false;
    for (size_t i = 0; i < count; ++i) {
      tensors_.push_back(tensor_in(items[i]));
      waits_ |= tensors_.back().variable().is_pinned();
    }
    return true;
  }
  if (!std::all_of(items, items + count, is_integer)) return false;
  LZ_CHECK_AT(count <= kMaxRank, ValueError, at_, "{}: need at most {} ints; got {}",
              overload_.parameters[place].name, kMaxRank, count);
  Dims dims;
  for (size_t i = 0; i < count; ++i) dims.push_back(integer_in(items[i], at_));
  values_[place].list = list_count_;
  lists_[list_count_++] = dims;
  return true;
}

PyObject* Call::run() {
  if (waits_) {
    const nb::gil_scoped_release release;
    overload_.run(*this);
  } else {
    overload_.run(*this);
  }
  if (gives_first_) return Py_NewRef(first_);
  if (results_) {
    const nb::object tuple = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(results_->size())));
    if (!tuple.is_valid()) throw nb::python_error();
    for (size_t i = 0; i < results_->size(); ++i) {
      PyObject* result = wrap(std::move((*results_)[i])).release().ptr();
      PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), result);
    }
    return Py_NewRef(tuple.ptr());
  }
  return wrap(std::move(result_)).release().ptr();
}

PyObject* call_if_fit(const Function& function, const Arguments& arguments) {
  const At at = here();
  for (const Overload& overload : function.overloads) {
    Call call(overload, at);
    if (call.take(arguments)) return call.run();
  }
  return nullptr;
}

PyObject* call(const Function& function, const Arguments& arguments) {
  if (PyObject* result = call_if_fit(function, arguments)) return result;
  const At at = here();
  const std::span<const Overload> overloads = function.overloads;
  if (overloads.size() == 1) {
    std::string why;
    Call(overloads[0], at).take(arguments, &why);
    LZ_CHECK_AT(false, TypeError, at, "{}: {}", function.name, why);
  }
  std::string text = format("{}: need arguments that fit one of", function.name);
  for (const Overload& overload : overloads) {
    std::string why;
    Call(overload, at).take(arguments, &why);
    text += format("\n  {}  ({})", overload.signature, why);
  }
  text += "\ngot (";
  for (size_t i = 0; i < arguments.count; ++i) {
    text += format("{}{}", i ? ", " : "", type_name(arguments.values[i]));
  }
  const Py_ssize_t named = arguments.names ? PyTuple_GET_SIZE(arguments.names) : 0;
  for (Py_ssize_t i = 0; i < named; ++i) {
    const size_t place = arguments.count + static_cast<size_t>(i);
    text +=
        format("{}{}={}", place ? ", " : "", PyUnicode_AsUTF8(PyTuple_GET_ITEM(arguments.names, i)),
               type_name(arguments.values[place]));
  }
  LZ_CHECK_AT(false, TypeError, at, "{})", text);
  __builtin_unreachable();
}

}  // namespace lazuli::python
