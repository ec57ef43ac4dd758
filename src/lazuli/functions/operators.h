// Operator signs: short for the named functions, with the line of the expression. Comparisons give
// tensors, element by element. Included by tensor.h.
#pragma once

#include "lazuli/functions/tensor.h"

namespace lazuli {

Tensor operator-(Operand self);
Tensor operator~(Operand self);

Tensor operator+(Operand self, Operand other);
Tensor operator-(Operand self, Operand other);
Tensor operator*(Operand self, Operand other);
Tensor operator/(Operand self, Operand other);
Tensor operator%(Operand self, Operand other);
Tensor operator&(Operand self, Operand other);
Tensor operator|(Operand self, Operand other);
Tensor operator^(Operand self, Operand other);
Tensor operator<<(Operand self, Operand other);
Tensor operator>>(Operand self, Operand other);
Tensor operator==(Operand self, Operand other);
Tensor operator<(Operand self, Operand other);
Tensor operator>(Operand self, Operand other);
Tensor operator!=(Operand self, Operand other);
Tensor operator<=(Operand self, Operand other);
Tensor operator>=(Operand self, Operand other);

Tensor operator+(Operand self, Scalar other);
Tensor operator-(Operand self, Scalar other);
Tensor operator*(Operand self, Scalar other);
Tensor operator/(Operand self, Scalar other);
Tensor operator%(Operand self, Scalar other);
Tensor operator&(Operand self, Scalar other);
Tensor operator|(Operand self, Scalar other);
Tensor operator^(Operand self, Scalar other);
Tensor operator<<(Operand self, Scalar other);
Tensor operator>>(Operand self, Scalar other);
Tensor operator==(Operand self, Scalar other);
Tensor operator<(Operand self, Scalar other);
Tensor operator>(Operand self, Scalar other);
Tensor operator!=(Operand self, Scalar other);
Tensor operator<=(Operand self, Scalar other);
Tensor operator>=(Operand self, Scalar other);

Tensor operator+(Scalar self, Operand other);
Tensor operator-(Scalar self, Operand other);
Tensor operator*(Scalar self, Operand other);
Tensor operator/(Scalar self, Operand other);
Tensor operator%(Scalar self, Operand other);
Tensor operator&(Scalar self, Operand other);
Tensor operator|(Scalar self, Operand other);
Tensor operator^(Scalar self, Operand other);
Tensor operator<<(Scalar self, Operand other);
Tensor operator>>(Scalar self, Operand other);
Tensor operator<(Scalar self, Operand other);
Tensor operator>(Scalar self, Operand other);
Tensor operator<=(Scalar self, Operand other);
Tensor operator>=(Scalar self, Operand other);

// In place: the memory that `self` shares with its views is written.
const Tensor& operator+=(Operand self, Operand other);
const Tensor& operator-=(Operand self, Operand other);
const Tensor& operator*=(Operand self, Operand other);
const Tensor& operator/=(Operand self, Operand other);
const Tensor& operator%=(Operand self, Operand other);
const Tensor& operator&=(Operand self, Operand other);
const Tensor& operator|=(Operand self, Operand other);
const Tensor& operator^=(Operand self, Operand other);
const Tensor& operator<<=(Operand self, Operand other);
const Tensor& operator>>=(Operand self, Operand other);
const Tensor& operator+=(Operand self, Scalar other);
const Tensor& operator-=(Operand self, Scalar other);
const Tensor& operator*=(Operand self, Scalar other);
const Tensor& operator/=(Operand self, Scalar other);
const Tensor& operator%=(Operand self, Scalar other);
const Tensor& operator&=(Operand self, Scalar other);
const Tensor& operator|=(Operand self, Scalar other);
const Tensor& operator^=(Operand self, Scalar other);
const Tensor& operator<<=(Operand self, Scalar other);
const Tensor& operator>>=(Operand self, Scalar other);

}  // namespace lazuli
