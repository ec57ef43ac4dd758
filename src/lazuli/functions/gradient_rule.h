// How the gradient of each operator's result becomes gradients of its operands: one row an op,
// generated (gradients.gen.cpp).
#pragma once

#include <array>
#include <span>

#include "lazuli/autograd/node.h"
#include "lazuli/core/scalar.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/op/op.h"

namespace lazuli {

// What a gradient rule sees of the recorded call.
struct GradientCall {
  std::span<const Tensor> operands;  // as saved; undefined where the rule does not read it or it
                                     // was a number
  std::span<const Scalar> numbers;   // by operand position; meaningless for tensors
  Tensor result;                     // undefined unless the rule reads it
  std::span<const Shape> shapes;     // of each operand, also of those not saved
  std::span<const DType> dtypes;     // likewise
  std::span<const int64_t> attributes;
  std::span<const int64_t> sizes;
  std::span<const int64_t> offsets;
  std::span<const autograd::Edge> edges;
  At at;  // the line of the forward call

  // Whether a gradient of this operand is wanted.
  bool needs(size_t operand) const { return static_cast<bool>(edges[operand]); }
};

struct GradientRule {
  static constexpr uint32_t kResult = 1u << 31;

  // Bit i: operand i can receive a gradient; the last bit stands for all further ones. 0: none can.
  uint32_t differentiable = 0;
  // What the gradient of operand i reads: bit k stands for operand k, kResult for the result. Those
  // after the third read nothing.
  std::array<uint32_t, 3> reads = {0, 0, 0};
  // Sets the gradient of each operand that needs one; undefined stands for zeros. Each may still be
  // of the broadcast shape: the caller sums it to the operand's.
  void (*apply)(const GradientCall& call, const Tensor& grad,
                std::span<Tensor> gradients) = nullptr;

  bool is_differentiable(uint32_t operand) const {
    return (differentiable >> (operand < 31 ? operand : 31) & 1) != 0;
  }
};

const GradientRule& gradient_rule(op::OpKind kind);

}  // namespace lazuli
