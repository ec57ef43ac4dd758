#pragma once

#include "lazuli/torch/support.h"

namespace lazuli::device {

using lazuli::torch::Operands;
using lazuli::torch::Shapes;
using lazuli::torch::Value;
using lazuli::torch::Values;

// add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
class AddTensor final : public lazuli::torch::Node {
 public:
  static constexpr const char* kOp = "aten::add.Tensor";
  AddTensor(const Value& self, const Value& other, const at::Scalar& alpha, Shapes&& shapes)
      : Node(kOp, std::move(shapes)), self(self), other(other), alpha(alpha) {}
  std::string to_string() const override;
  bool can_be_reused(const Value& self, const Value& other, const at::Scalar& alpha) const;
  Operands operands() const override;
  Values lower() const override;
  Value self;
  Value other;
  at::Scalar alpha;
};

class ConvolutionBackward final : public lazuli::torch::Node {
 public:
  static constexpr const char* kOp = "aten::convolution_backward";
  ConvolutionBackward(const Value& grad_output, const Value& input, const Value& weight,
                      const std::optional<std::vector<int64_t>>& bias_sizes,
                      const std::vector<int64_t>& stride, const std::vector<int64_t>& padding,
                      const std::vector<int64_t>& dilation, const bool& transposed,
                      const std::vector<int64_t>& output_padding, const int64_t& groups,
                      const std::array<bool, 3>& output_mask, Shapes&& shapes)
      : Node(kOp, std::move(shapes)),
        grad_output(grad_output),
        input(input),
        weight{weight},
        bias_sizes(bias_sizes),
        stride(stride),
        padding(padding),
        dilation(dilation),
        transposed(transposed),
        output_padding(output_padding),
        groups(groups),
        output_mask(output_mask) {}
  std::string to_string() const override { return Node::to_string() + ", {}"; }
  Operands operands() const override;
  Value grad_output;
  Value input;
  Value weight;
  std::optional<std::vector<int64_t>> bias_sizes;
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilation;
  bool transposed;
  std::vector<int64_t> output_padding;
  int64_t groups;
  std::array<bool, 3> output_mask;
};

class UnbindCopyInt final : public lazuli::torch::Node {
 public:
  static constexpr const char* kOp = "aten::unbind_copy.int";
  UnbindCopyInt(const Value& self, const int64_t& dim, Shapes&& shapes)
      : Node(kOp, std::move(shapes)), self(self), dim(dim) {}
  Operands operands() const override;
  Value self;
  int64_t dim;
};

}  // namespace lazuli::device
