#pragma once

#include "lazuli/torch/support.h"

namespace lazuli::device {

class Cast final : public lazuli::torch::Node {
 public:
  static constexpr const char* kOp = "aten::cast";
  Cast(const lazuli::torch::Value& input, const at::ScalarType& dtype,
       const std::optional<at::ScalarType>& stype, lazuli::torch::Shapes&& shapes)
      : Node(kOp, std::move(shapes)), input(input), dtype(dtype), stype(stype) {}
  lazuli::torch::Operands operands() const override;
  lazuli::torch::Value input;
  at::ScalarType dtype;
  std::optional<at::ScalarType> stype;
};

}  // namespace lazuli::device
