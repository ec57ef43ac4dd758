// A layer that multiplies by a matrix and adds a vector.
#pragma once

#include <cstdint>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

class LinearOptions {
 public:
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}

  LinearOptions& bias(bool bias) {
    bias_ = bias;
    return *this;
  }
  int64_t in_features() const { return in_features_; }
  int64_t out_features() const { return out_features_; }
  bool bias() const { return bias_; }

 private:
  int64_t in_features_;
  int64_t out_features_;
  bool bias_ = true;
};

// input [..., in_features] -> [..., out_features]: input times the transposed weight, plus bias.
class LinearImpl : public Module {
 public:
  LinearImpl(int64_t in_features, int64_t out_features)
      : LinearImpl(LinearOptions(in_features, out_features)) {}
  // Throws ValueError for features below 1.
  explicit LinearImpl(const LinearOptions& options);

  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  // Draws weight and bias anew, uniformly from +-1 / sqrt(in_features). They stay the same tensors.
  void reset_parameters();

  const LinearOptions options;
  Tensor weight;  // f32 [out_features, in_features]
  Tensor bias;    // f32 [out_features]; undefined without bias
};

LZ_MODULE(Linear);

}  // namespace lazuli::nn
