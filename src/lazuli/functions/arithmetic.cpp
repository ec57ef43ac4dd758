#include "lazuli/functions/arithmetic.h"

#include "lazuli/functions/functions.gen.h"

namespace lazuli {

Term::operator Tensor() const {
  return is_tensor() ? tensor() : full({}, number_, dtype_.value_or(number_.category()));
}

namespace arithmetic {
namespace {

// Where neither is a tensor, what one knows of the dtype holds for both.
Tensor tensor_beside(const Term& a, const Term& b) {
  return a.is_tensor() || a.dtype() ? Tensor(a) : Tensor(Term(a.number(), b.dtype()));
}

}  // namespace

Tensor add(const Term& a, const Term& b, At at) {
  if (!a.is_tensor())
    return b.is_tensor() ? add(b, a, at) : lazuli::add(tensor_beside(a, b), b.number(), 1, at);
  return b.is_tensor() ? lazuli::add(a.tensor(), b.tensor(), 1, at)
                       : lazuli::add(a.tensor(), b.number(), 1, at);
}

Tensor sub(const Term& a, const Term& b, At at) {
  if (!b.is_tensor()) return lazuli::sub(tensor_beside(a, b), b.number(), 1, at);
  return a.is_tensor() ? lazuli::sub(a.tensor(), b.tensor(), 1, at)
                       : lazuli::rsub(b.tensor(), a.number(), 1, at);
}

Tensor mul(const Term& a, const Term& b, At at) {
  if (!a.is_tensor())
    return b.is_tensor() ? mul(b, a, at) : lazuli::mul(tensor_beside(a, b), b.number(), at);
  return b.is_tensor() ? lazuli::mul(a.tensor(), b.tensor(), at)
                       : lazuli::mul(a.tensor(), b.number(), at);
}

Tensor mul(const Tensor& a, Scalar factor, At at) {
  return factor.to_double() == 1 ? a : lazuli::mul(a, factor, at);
}

Tensor div(const Term& a, const Term& b, At at) {
  if (!b.is_tensor()) return lazuli::div(tensor_beside(a, b), b.number(), at);
  return a.is_tensor() ? lazuli::div(a.tensor(), b.tensor(), at)
                       : lazuli::rdiv(b.tensor(), a.number(), at);
}

Tensor neg(const Term& a, At at) { return lazuli::neg(Tensor(a), at); }

Tensor eq(const Term& a, const Term& b, At at) {
  if (!a.is_tensor())
    return b.is_tensor() ? eq(b, a, at) : lazuli::eq(tensor_beside(a, b), b.number(), at);
  return b.is_tensor() ? lazuli::eq(a.tensor(), b.tensor(), at)
                       : lazuli::eq(a.tensor(), b.number(), at);
}

Tensor lt(const Term& a, const Term& b, At at) {
  if (!b.is_tensor()) return lazuli::lt(tensor_beside(a, b), b.number(), at);
  return a.is_tensor() ? lazuli::lt(a.tensor(), b.tensor(), at)
                       : lazuli::gt(b.tensor(), a.number(), at);
}

Tensor gt(const Term& a, const Term& b, At at) { return lt(b, a, at); }

Tensor ne(const Term& a, const Term& b, At at) {
  if (!a.is_tensor())
    return b.is_tensor() ? ne(b, a, at) : lazuli::ne(tensor_beside(a, b), b.number(), at);
  return b.is_tensor() ? lazuli::ne(a.tensor(), b.tensor(), at)
                       : lazuli::ne(a.tensor(), b.number(), at);
}

Tensor le(const Term& a, const Term& b, At at) {
  if (!b.is_tensor()) return lazuli::le(tensor_beside(a, b), b.number(), at);
  return a.is_tensor() ? lazuli::le(a.tensor(), b.tensor(), at)
                       : lazuli::ge(b.tensor(), a.number(), at);
}

Tensor ge(const Term& a, const Term& b, At at) { return le(b, a, at); }
Tensor negation(const Term& condition, At at) { return lazuli::logical_not(Tensor(condition), at); }

Tensor where(const Term& condition, const Term& a, const Term& b, At at) {
  const Tensor chosen(condition);
  if (!b.is_tensor()) return lazuli::where(chosen, tensor_beside(a, b), b.number(), at);
  return a.is_tensor() ? lazuli::where(chosen, a.tensor(), b.tensor(), at)
                       : lazuli::where(chosen, a.number(), b.tensor(), at);
}

}  // namespace arithmetic
}  // namespace lazuli
