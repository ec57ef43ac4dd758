// Arithmetic over tensors and numbers alike, for expressions of the catalogue in which an operand
// is either: each function is the catalogue's of the same name. At least one operand is a tensor,
// or the result is one without dimensions. Not for users.
#pragma once

#include <concepts>
#include <optional>

#include "lazuli/functions/tensor.h"

namespace lazuli {

// A tensor or a number. Lives no longer than the tensor.
class Term {
 public:
  Term(const Tensor& tensor) : tensor_(&tensor) {}  // NOLINT: either
  Term(Scalar number) : number_(number) {}          // NOLINT: either
  // A number among operands of that dtype.
  Term(Scalar number, std::optional<DType> dtype) : number_(number), dtype_(dtype) {}
  template <typename T>
  requires std::integral<T> || std::floating_point<T> Term(T number)
      : number_(number) {}  // NOLINT: either
  bool is_tensor() const { return tensor_ != nullptr; }
  const Tensor& tensor() const { return *tensor_; }
  Scalar number() const { return number_; }
  std::optional<DType> dtype() const { return dtype_; }
  // A number becomes a tensor without dimensions, in the dtype of the operands around it.
  operator Tensor() const;  // NOLINT: either

 private:
  const Tensor* tensor_ = nullptr;
  Scalar number_;
  std::optional<DType> dtype_;
};

namespace arithmetic {

Tensor add(const Term& a, const Term& b, At at);
Tensor sub(const Term& a, const Term& b, At at);
Tensor mul(const Term& a, const Term& b, At at);
// By a factor like alpha, of which 1 is part of the trace: 1 multiplies nothing.
Tensor mul(const Tensor& a, Scalar factor, At at);
Tensor div(const Term& a, const Term& b, At at);
Tensor neg(const Term& a, At at);
Tensor eq(const Term& a, const Term& b, At at);
Tensor lt(const Term& a, const Term& b, At at);
Tensor gt(const Term& a, const Term& b, At at);
Tensor ne(const Term& a, const Term& b, At at);
Tensor le(const Term& a, const Term& b, At at);
Tensor ge(const Term& a, const Term& b, At at);
Tensor negation(const Term& condition, At at);
Tensor where(const Term& condition, const Term& a, const Term& b, At at);

}  // namespace arithmetic
}  // namespace lazuli
