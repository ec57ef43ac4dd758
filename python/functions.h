// A function of the catalogue as Python calls it: overloads with PyTorch's argument names, tried in
// order, and the arguments of one call as C++ takes them. The tables are generated
// (functions.gen.cpp). Knows nothing of what a function does.
#pragma once

#include <nanobind/nanobind.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli::python {

// What an argument takes.
enum class Need : uint8_t {
  tensor,
  tensors,          // a list or tuple of tensors; alone at the end, they may stand as arguments of
                    // their own
  tensors_or_none,  // likewise, with None among them
  number,           // int, float, bool, a number of NumPy: weak
  integer,          // anything with __index__
  fraction,         // a number
  flag,             // True or False
  truth,            // True: a keyword that chooses this overload; False chooses one without it
  dtype,            // ours, NumPy's, or float, int, bool
  text,             // a str
  dims,             // an int or a list of them
  sizes             // likewise; alone in its place, its ints may stand as arguments of their own
};

struct Parameter {
  const char* name;
  Need need;
  bool takes_none;
  bool may_be_missing;
  bool is_keyword_only;
};

class Call;

// What several results are together: a tuple, with names where the schema names them.
struct ResultNames {
  const char* type_name;  // "lazuli.return_types.sort"
  std::span<const char* const> fields;
};

struct Overload {
  const char* signature;  // for messages: "add(Tensor input, ...) -> Tensor"
  std::span<const Parameter> parameters;
  const ResultNames* result_names;  // null: a tuple, or one result
  bool evaluates;                   // may wait for what is pending
  void (*run)(Call& call);
};

struct Function {
  const char* name;
  op::Function called;  // for messages
  std::span<const Overload> overloads;
};

// Arguments as Python hands them over (METH_FASTCALL). A method's self comes first.
struct Arguments {
  PyObject* self;  // null in a function
  PyObject* const* values;
  size_t count;
  PyObject* names;  // of the keyword arguments, which follow the others; or null
  std::span<const Overload> overloads = {};  // of the function that is called

  // Whether a keyword of that name chooses one of the overloads.
  bool chooses(const char* name) const;
};

// One call of one overload. Accessors take the place of a parameter; a missing argument gives the
// default that stands behind the place. None of them touches Python, so that they work without its
// lock.
class Call {
 public:
  static constexpr size_t kMaxParameters = 16;
  static constexpr size_t kMaxLists = 4;

  explicit Call(const Overload& overload, At at) : overload_(overload), at_(at) {}
  // Takes the arguments; false where they do not fit. `why` is told what does not. Throws where an
  // argument fits but has an impossible value.
  bool take(const Arguments& arguments, std::string* why = nullptr);
  // Runs the overload without Python's lock where it waits; gives a new reference.
  PyObject* run();

  const Tensor& tensor(size_t place) const { return *values_[place].tensor; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  Scalar number(size_t place, Scalar otherwise = 0) const {
    return is_given(place) ? values_[place].number : otherwise;
  }
  int64_t integer(size_t place, int64_t otherwise = 0) const {
    return is_given(place) ? values_[place].integer : otherwise;
  }
  double fraction(size_t place, double otherwise = 0) const {
    return is_given(place) ? values_[place].fraction : otherwise;
  }
  bool flag(size_t place, bool otherwise = false) const {
    return is_given(place) ? values_[place].flag : otherwise;
  }
  DType dtype(size_t place, DType otherwise = kFloat32) const {
    return is_given(place) ? values_[place].dtype : otherwise;
  }
  std::string_view text(size_t place, std::string_view otherwise = {}) const {
    return is_given(place) ? values_[place].text : otherwise;
  }
  Dims sizes(size_t place, const Dims& otherwise = {}) const {
    return is_given(place) ? *lists_[values_[place].list] : otherwise;
  }
  DimList dims(size_t place, const Dims& otherwise = {}) const { return sizes(place, otherwise); }
  std::optional<Scalar> optional_number(size_t place) const;
  std::optional<int64_t> optional_integer(size_t place) const;
  std::optional<double> optional_fraction(size_t place) const;
  std::optional<bool> optional_flag(size_t place) const;
  std::optional<DType> optional_dtype(size_t place) const;
  std::optional<std::string_view> optional_text(size_t place) const;
  At at() const { return at_; }

  // What the overload gives.
  void give(Tensor result) { results_.push_back(std::move(result)); }
  template <typename... Results>
  void give(std::tuple<Results...> results) {
    std::apply([this](auto&... each) { (give(std::move(each)), ...); }, results);
    is_tuple_ = true;
  }
  void give(std::vector<Tensor> results) {
    results_ = std::move(results);
    is_list_ = true;
  }
  void give_first() { gives_first_ = true; }

 private:
  union Value {
    const Tensor* tensor;
    Scalar number;
    int64_t integer;
    double fraction;
    bool flag;
    DType dtype;
    std::string_view text;  // in the caller's str
    size_t list;
    Value() : tensor(nullptr) {}
  };
  bool is_given(size_t place) const { return given_ >> place & 1; }
  bool place_arguments(const Arguments& arguments, std::string* why);
  bool place_pair();
  bool convert(size_t place, PyObject* object);
  bool convert_list(size_t place, PyObject* object);
  const char* shown_name(size_t place, bool is_method) const;
  PyObject* give_tuple();

  const Overload& overload_;
  At at_;
  uint32_t given_ = 0;
  bool waits_ = false;  // an operand lies in the program's own memory
  bool gives_first_ = false;
  uint8_t list_count_ = 0;
  PyObject* first_ = nullptr;
  PyObject* objects_[kMaxParameters];
  nanobind::object open_list_;  // a tuple of the items that stand as arguments of their own
  Value values_[kMaxParameters];
  std::optional<Dims> lists_[kMaxLists];
  std::vector<Tensor> tensors_;
  std::vector<Tensor> results_;
  bool is_tuple_ = false;
  bool is_list_ = false;
};

// Calls the overload that the arguments fit; throws TypeError where none does. A new reference.
PyObject* call(const Function& function, Arguments arguments);
// Null, without an error, where none does.
PyObject* call_if_fit(const Function& function, Arguments arguments);

// Generated. Functions by name; what Python is told of them; the operator signs but comparisons,
// and these by Py_LT to Py_GE.
inline constexpr int kNoFunction = -1;
extern const std::array<const char*, kDTypeCount> dtype_names;      // "bool", "float32": NumPy's
extern const std::span<const std::pair<const char*, DType>> casts;  // x.long()
extern const std::span<const Function> functions;
extern const std::span<PyMethodDef> function_definitions;
extern const std::span<PyMethodDef> method_definitions;
extern const std::span<const PyType_Slot> operator_slots;
extern const std::array<int, 6> comparison_functions;

}  // namespace lazuli::python
