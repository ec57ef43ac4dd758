#include "lazuli/nn/activation.h"

#include <ostream>

#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

Tensor GELUImpl::forward(const Tensor& input, At at) { return gelu(input, approximate, at); }
void GELUImpl::pretty_print(std::ostream& out) const {
  out << "GELU(approximate=" << approximate << ")";
}

Tensor ELUImpl::forward(const Tensor& input, At at) { return elu(input, alpha, 1, 1, at); }
void ELUImpl::pretty_print(std::ostream& out) const {
  out << "ELU("
      << "alpha=" << alpha << ")";
}

Tensor CELUImpl::forward(const Tensor& input, At at) { return celu(input, alpha, at); }
void CELUImpl::pretty_print(std::ostream& out) const {
  out << "CELU("
      << "alpha=" << alpha << ")";
}

Tensor LeakyReLUImpl::forward(const Tensor& input, At at) {
  return leaky_relu(input, negative_slope, at);
}
void LeakyReLUImpl::pretty_print(std::ostream& out) const {
  out << "LeakyReLU("
      << "negative_slope=" << negative_slope << ")";
}

Tensor SoftplusImpl::forward(const Tensor& input, At at) {
  return softplus(input, beta, threshold, at);
}
void SoftplusImpl::pretty_print(std::ostream& out) const {
  out << "Softplus("
      << "beta=" << beta << ", threshold=" << threshold << ")";
}

Tensor SoftshrinkImpl::forward(const Tensor& input, At at) { return softshrink(input, lambd, at); }
void SoftshrinkImpl::pretty_print(std::ostream& out) const {
  out << "Softshrink(lambd=" << lambd << ")";
}

Tensor HardtanhImpl::forward(const Tensor& input, At at) {
  return hardtanh(input, min_val, max_val, at);
}
void HardtanhImpl::pretty_print(std::ostream& out) const {
  out << "Hardtanh("
      << "min_val=" << min_val << ", max_val=" << max_val << ")";
}

Tensor ThresholdImpl::forward(const Tensor& input, At at) {
  return lazuli::threshold(input, threshold, value, at);
}
void ThresholdImpl::pretty_print(std::ostream& out) const {
  out << "Threshold("
      << "threshold=" << threshold << ", value=" << value << ")";
}

Tensor SoftmaxImpl::forward(const Tensor& input, At at) {
  return softmax(input, dim, std::nullopt, at);
}
void SoftmaxImpl::pretty_print(std::ostream& out) const { out << "Softmax(dim=" << dim << ")"; }

Tensor LogSoftmaxImpl::forward(const Tensor& input, At at) {
  return log_softmax(input, dim, std::nullopt, at);
}
void LogSoftmaxImpl::pretty_print(std::ostream& out) const {
  out << "LogSoftmax(dim=" << dim << ")";
}

}  // namespace lazuli::nn
