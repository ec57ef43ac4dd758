// From Python's arguments to those of C++: which overload they fit, what each becomes.
#include <algorithm>
#include <cstring>
#include <map>

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
                          {"dims_self", {"dims"}},
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
                                    "a list of Tensors or None",
                                    "a number",
                                    "an int",
                                    "a number",
                                    "True or False",
                                    "True",
                                    "a dtype",
                                    "a str",
                                    "an int or a list of ints",
                                    "a list of ints"};
  return kTexts[static_cast<int>(need)];
}

// bool is a kind of int for Python alone: no number of dimensions or elements.
bool is_integer(PyObject* object) {
  if (PyBool_Check(object)) return false;
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

At here(const Function& function) {
  At at = python::here();
  at.function = static_cast<uint32_t>(function.called);
  return at;
}

// A loss's `reduction` by PyTorch's words: its number, or -1.
int64_t reduction_of(const Parameter& parameter, PyObject* object) {
  constexpr const char* kWords[] = {"none", "mean", "sum"};  // in the order of Reduction
  if (!PyUnicode_Check(object) || std::strcmp(parameter.name, "reduction") != 0) return -1;
  for (int i = 0; i < 3; ++i) {
    if (PyUnicode_CompareWithASCIIString(object, kWords[i]) == 0) return i;
  }
  return -1;
}

// Made at the first call and kept, as Python's own types are.
PyTypeObject* type_of_results(const ResultNames& names) {
  static std::map<const ResultNames*, PyTypeObject*> types;
  PyTypeObject*& type = types[&names];
  if (type) return type;
  std::vector<PyStructSequence_Field> fields;
  for (const char* field : names.fields) fields.push_back({field, nullptr});
  fields.push_back({nullptr, nullptr});
  PyStructSequence_Desc description{names.type_name, nullptr, fields.data(),
                                    static_cast<int>(names.fields.size())};
  type = PyStructSequence_NewType(&description);
  if (!type) throw nb::python_error();
  return type;
}

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
std::optional<bool> Call::optional_flag(size_t place) const {
  return is_given(place) ? std::optional(values_[place].flag) : std::nullopt;
}
std::optional<DType> Call::optional_dtype(size_t place) const {
  return is_given(place) ? std::optional(values_[place].dtype) : std::nullopt;
}

std::optional<std::string_view> Call::optional_text(size_t place) const {
  return is_given(place) ? std::optional(values_[place].text) : std::nullopt;
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
    PyObject* value = arguments.values[arguments.count + static_cast<size_t>(i)];
    if (place == parameters.size() && value == Py_False && arguments.chooses(name)) continue;
    if (place == parameters.size() || objects_[place]) {
      const bool is_known = place < parameters.size();
      if (why && is_known) *why = format("'{}' comes twice", name);
      if (why && !is_known) *why = format("there is no argument '{}'", name);
      return false;
    }
    objects_[place] = value;
  }
  return place_pair();
}

// `dims=(a, b)`, a list for each of two tensors, stands for dims_self=a, dims_other=b.
bool Call::place_pair() {
  const std::span<const Parameter> parameters = overload_.parameters;
  for (size_t place = 0; place + 1 < parameters.size(); ++place) {
    if (std::strcmp(parameters[place].name, "dims_self") != 0) continue;
    PyObject* pair = objects_[place];
    const bool is_list = pair && (PyList_Check(pair) || PyTuple_Check(pair));
    if (!is_list || objects_[place + 1] || PySequence_Fast_GET_SIZE(pair) != 2) continue;
    objects_[place] = PySequence_Fast_GET_ITEM(pair, 0);
    objects_[place + 1] = PySequence_Fast_GET_ITEM(pair, 1);
  }
  return true;
}

bool Arguments::chooses(const char* name) const {
  for (const Overload& overload : overloads) {
    for (const Parameter& parameter : overload.parameters) {
      if (parameter.need == Need::truth && std::strcmp(parameter.name, name) == 0) return true;
    }
  }
  return false;
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
      if (!is_integer(object)) {
        value.integer = reduction_of(overload_.parameters[place], object);
        return value.integer >= 0;
      }
      value.integer = integer_in(object, at_);
      return true;
    case Need::flag:
      if (!PyBool_Check(object)) return false;
      value.flag = object == Py_True;
      return true;
    case Need::truth:
      value.flag = object == Py_True;
      return value.flag;
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
  const bool takes_none = need == Need::tensors_or_none;
  const bool takes_tensors = need == Need::tensors || takes_none;
  if (!is_list && (takes_tensors || !is_integer(object))) return false;
  const auto count = is_list ? static_cast<size_t>(PySequence_Fast_GET_SIZE(object)) : 1;
  PyObject** items = is_list ? PySequence_Fast_ITEMS(object) : &object;
  if (takes_tensors) {
    const auto fits = [&](PyObject* item) {
      return is_tensor(item) || (takes_none && item == Py_None);
    };
    if (!std::all_of(items, items + count, fits)) return false;
    for (size_t i = 0; i < count; ++i) {
      tensors_.push_back(items[i] == Py_None ? Tensor() : tensor_in(items[i]));
      waits_ |= tensors_.back().defined() && tensors_.back().variable().is_pinned();
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
  if (waits_ || overload_.evaluates) {
    const nb::gil_scoped_release release;
    overload_.run(*this);
  } else {
    overload_.run(*this);
  }
  if (gives_first_) return Py_NewRef(first_);
  if (!is_tuple_ && !is_list_) return wrap(std::move(results_[0])).release().ptr();
  return give_tuple();
}

// What was not asked for is left out; one alone stands for itself.
PyObject* Call::give_tuple() {
  std::erase_if(results_, [](const Tensor& each) { return !each.defined(); });
  if (is_tuple_ && results_.size() == 1) return wrap(std::move(results_[0])).release().ptr();
  const ResultNames* names = overload_.result_names;
  const auto count = static_cast<Py_ssize_t>(results_.size());
  nb::object tuple =
      nb::steal(names ? PyStructSequence_New(type_of_results(*names)) : PyTuple_New(count));
  if (!tuple.is_valid()) throw nb::python_error();
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* item = wrap(std::move(results_[static_cast<size_t>(i)])).release().ptr();
    if (names) {
      PyStructSequence_SetItem(tuple.ptr(), i, item);
    } else {
      PyTuple_SET_ITEM(tuple.ptr(), i, item);
    }
  }
  return tuple.release().ptr();
}

PyObject* call_if_fit(const Function& function, Arguments arguments) {
  const At at = here(function);
  arguments.overloads = function.overloads;
  for (const Overload& overload : function.overloads) {
    Call call(overload, at);
    if (call.take(arguments)) return call.run();
  }
  return nullptr;
}

PyObject* call(const Function& function, Arguments arguments) {
  if (PyObject* result = call_if_fit(function, arguments)) return result;
  const At at = here(function);
  const std::span<const Overload> overloads = arguments.overloads = function.overloads;
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
