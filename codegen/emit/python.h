// What the emitters of the Python module and of its tests share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "codegen/catalogue/entry.h"

namespace lazuli::codegen::emit {

// "float32" for DType::f32: NumPy's name.
std::string python_name(DType dtype);
// PyTorch's methods for casts, of those dtypes that there are: "long" for DType::i64.
std::vector<std::pair<std::string, DType>> python_casts();

// The functions of one name, in the catalogue's order: one function of Python.
struct PythonFunction {
  std::string name;
  std::vector<const Entry*> entries;       // one an overload
  std::vector<const Function*> overloads;  // tensors before numbers
  bool is_function() const;
  bool is_method() const;
  bool is_in_place() const;
};
// Every public one, by name.
std::vector<PythonFunction> python_functions(const Catalogue& catalogue);

// An operator sign of Python and the functions behind it.
struct OperatorSign {
  const char* slot;      // "nb_add"
  const char* method;    // "__add__"
  const char* reversed;  // "__radd__"; null for unary and in-place signs
  const char* function;  // "add"
  // "rsub" of (b, a) for a - b where a is a number; "add" itself where the order does not matter;
  // null where the function takes a number first, or not at all.
  const char* reversed_function;
};
// Those whose function the catalogue has.
std::vector<OperatorSign> operator_signs(const Catalogue& catalogue);

// A type of the schema language in Python.
struct PythonType {
  const char* need;  // the word of python/functions.h for what an argument of it needs
  const char* hint;  // "builtins.int"
};
PythonType python_type(const schema::Type& type);
// The argument may be left out, or be None.
bool may_be_missing(const schema::Argument& argument);
// A default as Python writes it.
std::string python_default(const schema::Argument& argument);
// "add(Tensor input, Tensor other, *, Scalar alpha=1) -> Tensor": PyTorch's functions call `self`
// `input`.
std::string python_signature(const schema::Schema& schema);
// Text as a string literal of JSON, C++ and Python alike.
std::string quoted(const std::string& text);

}  // namespace lazuli::codegen::emit
