// lazuli::Tensor, the public handle: a reference to a variable. Copies are the same variable, as
// in libtorch. Operators as methods and functions are generated from the catalogue
// (methods.gen.h, functions.gen.h); what stands here is what no entry can say.
#pragma once

#include <concepts>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/base/ref.h"
#include "lazuli/core/scalar.h"
#include "lazuli/core/shape.h"
#include "lazuli/functions/arguments.h"

namespace lazuli {

namespace tensor {
class Variable;
}

class Tensor {
 public:
  Tensor();  // undefined: holds nothing
  explicit Tensor(Ref<tensor::Variable> variable);
  Tensor(const Tensor&);
  Tensor(Tensor&&) noexcept;
  Tensor& operator=(const Tensor&);
  Tensor& operator=(Tensor&&) noexcept;
  ~Tensor();

  bool defined() const { return static_cast<bool>(variable_); }
  // Of an undefined tensor these throw ValueError.
  DType dtype() const;
  const Shape& sizes() const;
  int64_t size(int64_t dim, LZ_AT) const;
  int64_t dim() const;
  int64_t numel() const;
  // Strides that the elements of this view have in its base, in elements (PyTorch's rule).
  Dims strides() const;
  bool is_contiguous() const;
  bool is_same(const Tensor& other) const { return variable_ == other.variable_; }
  bool is_view() const;

  // x[i]: the elements at one index of dimension 0; negative ones count from the end.
  Tensor operator[](Index index) const;

  // Reads: evaluate what is pending and wait for this value alone. A spoiled value throws its
  // DeviceError.
  Scalar item(LZ_AT) const;  // needs one element
  template <typename T>
  requires std::integral<T> || std::floating_point<T> T item(LZ_AT)
  const {
    const Scalar value = item(at);
    if constexpr (std::floating_point<T>) {
      return static_cast<T>(value.to_double());
    } else if constexpr (std::same_as<T, bool>) {
      return value.to_bool();
    } else {
      return static_cast<T>(value.to_int64());
    }
  }
  // Row-major; T is the C++ type of the dtype's elements (core/element_types.h), else TypeError.
  template <typename T>
  std::vector<T> to_vector(LZ_AT) const;
  void copy_to(void* target, LZ_AT) const;  // numel * size_of(dtype) bytes, row-major
  // Read-only address of the evaluated elements, row-major without gaps. Valid while the tensor
  // lives and is not written. Borrowed memory with other strides throws ValueError.
  const void* data_ptr(LZ_AT) const;
  // The elements as text with their type; of more than 1000 the first and last three a dimension.
  std::string to_string(LZ_AT) const;

  // Automatic differentiation.
  bool requires_grad() const;
  // Throws for dtypes without fractions, and when it would take the gradient from a result.
  const Tensor& requires_grad_(bool requires_grad = true, LZ_AT) const;
  bool is_leaf() const;
  Tensor grad() const;                             // undefined until backward has reached it
  void set_grad(const Tensor& grad, LZ_AT) const;  // undefined: forgets the gradient
  // The same memory without history.
  Tensor detach(LZ_AT) const;
  // Adds the gradients of this result to the `grad` of every leaf that it was made from. `gradient`
  // has this tensor's shape; without it the tensor has one element, and 1 is taken.
  void backward(const Tensor& gradient = {}, bool retain_graph = false, bool create_graph = false,
                LZ_AT) const;
  uint32_t version() const;  // of the memory that it shares with its views: in-place writes so far

  tensor::Variable& variable() const { return *variable_; }
  const Ref<tensor::Variable>& reference() const { return variable_; }

#define LZ_TENSOR_METHODS
#include "lazuli/functions/methods.gen.h"
#undef LZ_TENSOR_METHODS

 private:
  Ref<tensor::Variable> variable_;
};

// Tensors as an argument: `{a, b}` or a vector. Lives no longer than the call.
class TensorList {
 public:
  TensorList(std::initializer_list<Tensor> tensors) {  // NOLINT: {a, b}
    data_ = tensors.begin();
    size_ = tensors.size();
  }
  TensorList(const std::vector<Tensor>& tensors)  // NOLINT: a list of tensors
      : data_(tensors.data()), size_(tensors.size()) {}
  size_t size() const { return size_; }
  const Tensor& operator[](size_t i) const { return data_[i]; }
  const Tensor* begin() const { return data_; }
  const Tensor* end() const { return data_ + size_; }

 private:
  const Tensor* data_;
  size_t size_;
};

// An operand of an operator sign, with the line it stands on.
struct Operand {
  const Tensor& tensor;
  At at;
  Operand(const Tensor& t, At where = std::source_location::current())  // NOLINT
      : tensor(t), at(where) {}
};

// Evaluates everything pending on the calling thread's tape and returns as soon as it is queued:
// the end of a step. Never needed for a right answer.
void eval();
// Starts the default generator anew.
void manual_seed(uint64_t seed);

// The gradients of `outputs` with respect to `inputs`, without touching any `grad`; undefined for
// an input that no output depends on. `gradients` are those of the outputs, as for backward.
std::vector<Tensor> grad(TensorList outputs, TensorList inputs,
                         const std::vector<Tensor>& gradients = {}, bool retain_graph = false,
                         bool create_graph = false, LZ_AT);

// No gradients are recorded while one lives on this thread.
class NoGradGuard {
 public:
  NoGradGuard();
  ~NoGradGuard();
  NoGradGuard(const NoGradGuard&) = delete;
  NoGradGuard& operator=(const NoGradGuard&) = delete;

 private:
  bool before_;
};

std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace lazuli

#include "lazuli/functions/operators.h"
