#include "lazuli/functions/operators.h"

#include "lazuli/functions/functions.gen.h"

namespace lazuli {

Tensor operator-(Operand self) { return neg(self.tensor, self.at); }
Tensor operator~(Operand self) { return bitwise_not(self.tensor, self.at); }

Tensor operator+(Operand self, Operand other) { return add(self.tensor, other.tensor, 1, self.at); }
Tensor operator-(Operand self, Operand other) { return sub(self.tensor, other.tensor, 1, self.at); }
Tensor operator*(Operand self, Operand other) { return mul(self.tensor, other.tensor, self.at); }
Tensor operator/(Operand self, Operand other) { return div(self.tensor, other.tensor, self.at); }
Tensor operator%(Operand self, Operand other) {
  return remainder(self.tensor, other.tensor, self.at);
}
Tensor operator&(Operand self, Operand other) {
  return bitwise_and(self.tensor, other.tensor, self.at);
}
Tensor operator|(Operand self, Operand other) {
  return bitwise_or(self.tensor, other.tensor, self.at);
}
Tensor operator^(Operand self, Operand other) {
  return bitwise_xor(self.tensor, other.tensor, self.at);
}
Tensor operator<<(Operand self, Operand other) {
  return bitwise_left_shift(self.tensor, other.tensor, self.at);
}
Tensor operator>>(Operand self, Operand other) {
  return bitwise_right_shift(self.tensor, other.tensor, self.at);
}
Tensor operator==(Operand self, Operand other) { return eq(self.tensor, other.tensor, self.at); }
Tensor operator<(Operand self, Operand other) { return lt(self.tensor, other.tensor, self.at); }
Tensor operator>(Operand self, Operand other) { return gt(self.tensor, other.tensor, self.at); }
Tensor operator!=(Operand self, Operand other) { return ne(self.tensor, other.tensor, self.at); }
Tensor operator<=(Operand self, Operand other) { return le(self.tensor, other.tensor, self.at); }
Tensor operator>=(Operand self, Operand other) { return ge(self.tensor, other.tensor, self.at); }

Tensor operator+(Operand self, Scalar other) { return add(self.tensor, other, 1, self.at); }
Tensor operator-(Operand self, Scalar other) { return sub(self.tensor, other, 1, self.at); }
Tensor operator*(Operand self, Scalar other) { return mul(self.tensor, other, self.at); }
Tensor operator/(Operand self, Scalar other) { return div(self.tensor, other, self.at); }
Tensor operator%(Operand self, Scalar other) { return remainder(self.tensor, other, self.at); }
Tensor operator&(Operand self, Scalar other) { return bitwise_and(self.tensor, other, self.at); }
Tensor operator|(Operand self, Scalar other) { return bitwise_or(self.tensor, other, self.at); }
Tensor operator^(Operand self, Scalar other) { return bitwise_xor(self.tensor, other, self.at); }
Tensor operator<<(Operand self, Scalar other) {
  return bitwise_left_shift(self.tensor, other, self.at);
}
Tensor operator>>(Operand self, Scalar other) {
  return bitwise_right_shift(self.tensor, other, self.at);
}
Tensor operator==(Operand self, Scalar other) { return eq(self.tensor, other, self.at); }
Tensor operator<(Operand self, Scalar other) { return lt(self.tensor, other, self.at); }
Tensor operator>(Operand self, Scalar other) { return gt(self.tensor, other, self.at); }
Tensor operator!=(Operand self, Scalar other) { return ne(self.tensor, other, self.at); }
Tensor operator<=(Operand self, Scalar other) { return le(self.tensor, other, self.at); }
Tensor operator>=(Operand self, Scalar other) { return ge(self.tensor, other, self.at); }

Tensor operator+(Scalar self, Operand other) { return add(other.tensor, self, 1, other.at); }
Tensor operator-(Scalar self, Operand other) { return rsub(other.tensor, self, 1, other.at); }
Tensor operator*(Scalar self, Operand other) { return mul(other.tensor, self, other.at); }
Tensor operator/(Scalar self, Operand other) { return rdiv(other.tensor, self, other.at); }
Tensor operator%(Scalar self, Operand other) { return remainder(self, other.tensor, other.at); }
Tensor operator&(Scalar self, Operand other) { return bitwise_and(other.tensor, self, other.at); }
Tensor operator|(Scalar self, Operand other) { return bitwise_or(other.tensor, self, other.at); }
Tensor operator^(Scalar self, Operand other) { return bitwise_xor(other.tensor, self, other.at); }
Tensor operator<<(Scalar self, Operand other) {
  return bitwise_left_shift(self, other.tensor, other.at);
}
Tensor operator>>(Scalar self, Operand other) {
  return bitwise_right_shift(self, other.tensor, other.at);
}
Tensor operator<(Scalar self, Operand other) { return gt(other.tensor, self, other.at); }
Tensor operator>(Scalar self, Operand other) { return lt(other.tensor, self, other.at); }
Tensor operator<=(Scalar self, Operand other) { return ge(other.tensor, self, other.at); }
Tensor operator>=(Scalar self, Operand other) { return le(other.tensor, self, other.at); }

const Tensor& operator+=(Operand self, Operand other) {
  return self.tensor.add_(other.tensor, 1, self.at);
}
const Tensor& operator-=(Operand self, Operand other) {
  return self.tensor.sub_(other.tensor, 1, self.at);
}
const Tensor& operator*=(Operand self, Operand other) {
  return self.tensor.mul_(other.tensor, self.at);
}
const Tensor& operator/=(Operand self, Operand other) {
  return self.tensor.div_(other.tensor, self.at);
}
const Tensor& operator%=(Operand self, Operand other) {
  return self.tensor.remainder_(other.tensor, self.at);
}
const Tensor& operator&=(Operand self, Operand other) {
  return self.tensor.bitwise_and_(other.tensor, self.at);
}
const Tensor& operator|=(Operand self, Operand other) {
  return self.tensor.bitwise_or_(other.tensor, self.at);
}
const Tensor& operator^=(Operand self, Operand other) {
  return self.tensor.bitwise_xor_(other.tensor, self.at);
}
const Tensor& operator<<=(Operand self, Operand other) {
  return self.tensor.bitwise_left_shift_(other.tensor, self.at);
}
const Tensor& operator>>=(Operand self, Operand other) {
  return self.tensor.bitwise_right_shift_(other.tensor, self.at);
}
const Tensor& operator+=(Operand self, Scalar other) { return self.tensor.add_(other, 1, self.at); }
const Tensor& operator-=(Operand self, Scalar other) { return self.tensor.sub_(other, 1, self.at); }
const Tensor& operator*=(Operand self, Scalar other) { return self.tensor.mul_(other, self.at); }
const Tensor& operator/=(Operand self, Scalar other) { return self.tensor.div_(other, self.at); }
const Tensor& operator%=(Operand self, Scalar other) {
  return self.tensor.remainder_(other, self.at);
}
const Tensor& operator&=(Operand self, Scalar other) {
  return self.tensor.bitwise_and_(other, self.at);
}
const Tensor& operator|=(Operand self, Scalar other) {
  return self.tensor.bitwise_or_(other, self.at);
}
const Tensor& operator^=(Operand self, Scalar other) {
  return self.tensor.bitwise_xor_(other, self.at);
}
const Tensor& operator<<=(Operand self, Scalar other) {
  return self.tensor.bitwise_left_shift_(other, self.at);
}
const Tensor& operator>>=(Operand self, Scalar other) {
  return self.tensor.bitwise_right_shift_(other, self.at);
}

}  // namespace lazuli
