// Layers that bring the last dimensions to a common scale.
#pragma once

#include <optional>

#include "lazuli/core/shape.h"
#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

class LayerNormOptions {
 public:
  LayerNormOptions(const Shape& normalized_shape)
      : normalized_shape_(normalized_shape) {}  // NOLINT

  const Shape& normalized_shape() const { return normalized_shape_; }
  double eps() const { return eps_; }
  LayerNormOptions& eps(double value) { return eps_ = value, *this; }
  bool elementwise_affine() const { return elementwise_affine_; }
  LayerNormOptions& elementwise_affine(bool value) { return elementwise_affine_ = value, *this; }

 private:
  Shape normalized_shape_;
  double eps_ = 1e-5;
  bool elementwise_affine_ = true;
};

// (input - mean) / sqrt(variance + eps) over the last dimensions, times weight, plus bias.
class LayerNormImpl : public Module {
 public:
  explicit LayerNormImpl(const Shape& normalized_shape)
      : LayerNormImpl(LayerNormOptions(normalized_shape)) {}
  // Throws ValueError for an empty shape or an extent below 1.
  explicit LayerNormImpl(const LayerNormOptions& options);

  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  // weight becomes 1, bias 0.
  void reset_parameters();

  const LayerNormOptions options;
  Tensor weight;  // f32 [normalized_shape], as the bias; undefined without elementwise_affine
  Tensor bias;
};

class RMSNormOptions {
 public:
  RMSNormOptions(const Shape& normalized_shape) : normalized_shape_(normalized_shape) {}  // NOLINT

  const Shape& normalized_shape() const { return normalized_shape_; }
  std::optional<double> eps() const {
    return eps_;
  }  // none: the dtype's distance from 1 to the next number
  RMSNormOptions& eps(double value) { return eps_ = value, *this; }
  bool elementwise_affine() const { return elementwise_affine_; }
  RMSNormOptions& elementwise_affine(bool value) { return elementwise_affine_ = value, *this; }

 private:
  Shape normalized_shape_;
  std::optional<double> eps_;
  bool elementwise_affine_ = true;
};

// input / sqrt(mean(input^2) + eps) over the last dimensions, times weight.
class RMSNormImpl : public Module {
 public:
  explicit RMSNormImpl(const Shape& normalized_shape)
      : RMSNormImpl(RMSNormOptions(normalized_shape)) {}
  // Throws ValueError for an empty shape or an extent below 1.
  explicit RMSNormImpl(const RMSNormOptions& options);

  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  // weight becomes 1.
  void reset_parameters();

  const RMSNormOptions options;
  Tensor weight;  // f32 [normalized_shape]; undefined without elementwise_affine
};

LZ_MODULE(LayerNorm);
LZ_MODULE(RMSNorm);

}  // namespace lazuli::nn
