#include "lazuli/nn/clip_grad.h"

#include <cmath>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn::utils {
namespace {

std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad();
    if (gradient.defined()) gradients.push_back(gradient);
  }
  return gradients;
}

// One gradient's part of the norm, and two parts as one.
Tensor part_of(const Tensor& gradient, double norm_type, At at) {
  if (norm_type == 2) return gradient.mul(gradient, at).sum(std::nullopt, at);
  const Tensor size = gradient.maximum(gradient.neg(at), at);
  if (norm_type == 1) return size.sum(std::nullopt, at);
  return gradient.numel() == 0 ? size.sum(std::nullopt, at) : size.amax({}, false, at);
}
Tensor join(const Tensor& a, const Tensor& b, double norm_type, At at) {
  return std::isinf(norm_type) ? a.maximum(b, at) : a.add(b, 1, at);
}

}  // namespace

Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       At at) {
  LZ_CHECK_AT(max_norm >= 0, ValueError, at,
              "clip_grad_norm_: need a max_norm of 0 or more; got {}", max_norm);
  LZ_CHECK_AT(norm_type == 1 || norm_type == 2 || (std::isinf(norm_type) && norm_type > 0),
              ValueError, at, "clip_grad_norm_: need a norm_type of 1, 2 or infinity; got {}",
              norm_type);
  const NoGradGuard no_grad;
  const std::vector<Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) return zeros({}, std::nullopt, at);
  Tensor norm = part_of(gradients[0], norm_type, at);
  for (size_t i = 1; i < gradients.size(); ++i) {
    norm = join(norm, part_of(gradients[i], norm_type, at), norm_type, at);
  }
  if (norm_type == 2) norm = norm.sqrt(at);
  const Tensor factor = norm.add(1e-6, 1, at).rdiv(max_norm, at);
  const Tensor clipped = where(factor.gt(1, at), Scalar(1.0), factor, at);
  for (const Tensor& gradient : gradients) gradient.mul_(clipped, at);
  return norm;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value, At at) {
  LZ_CHECK_AT(clip_value >= 0, ValueError, at,
              "clip_grad_value_: need a clip_value of 0 or more; got {}", clip_value);
  const NoGradGuard no_grad;
  for (const Tensor& gradient : gradients_of(parameters)) {
    const Tensor low = where(gradient.lt(-clip_value, at), Scalar(-clip_value), gradient, at);
    gradient.copy_(where(low.gt(clip_value, at), Scalar(clip_value), low, at), at);
  }
}

}  // namespace lazuli::nn::utils
