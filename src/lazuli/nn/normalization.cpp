#include "lazuli/nn/normalization.h"

#include <algorithm>
#include <ostream>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/nn/init.h"

namespace lazuli::nn {
namespace {

void check_shape(const char* module, const Shape& shape) {
  const bool is_good = shape.rank() >= 1 &&
                       std::all_of(shape.begin(), shape.end(), [](int64_t e) { return e >= 1; });
  LZ_CHECK(is_good, ValueError, "{}: need a normalized_shape of extents of at least 1; got {}",
           module, to_string(shape));
}

}  // namespace

LayerNormImpl::LayerNormImpl(const LayerNormOptions& chosen) : options(chosen) {
  check_shape("LayerNorm", options.normalized_shape());
  if (!options.elementwise_affine()) return;
  weight = register_parameter("weight", empty(options.normalized_shape()));
  bias = register_parameter("bias", empty(options.normalized_shape()));
  reset_parameters();
}

Tensor LayerNormImpl::forward(const Tensor& input, At at) {
  return layer_norm(input, options.normalized_shape(), weight, bias, options.eps(), at);
}

void LayerNormImpl::pretty_print(std::ostream& out) const {
  out << "LayerNorm(" << to_string(options.normalized_shape()) << ", eps=" << options.eps()
      << ", elementwise_affine=" << (options.elementwise_affine() ? "true" : "false") << ")";
}

void LayerNormImpl::reset_parameters() {
  if (weight.defined()) init::ones_(weight);
  if (bias.defined()) init::zeros_(bias);
}

RMSNormImpl::RMSNormImpl(const RMSNormOptions& chosen) : options(chosen) {
  check_shape("RMSNorm", options.normalized_shape());
  if (!options.elementwise_affine()) return;
  weight = register_parameter("weight", empty(options.normalized_shape()));
  reset_parameters();
}

Tensor RMSNormImpl::forward(const Tensor& input, At at) {
  return rms_norm(input, options.normalized_shape(), weight, options.eps(), at);
}

void RMSNormImpl::pretty_print(std::ostream& out) const {
  out << "RMSNorm(" << to_string(options.normalized_shape());
  if (options.eps()) out << ", eps=" << *options.eps();
  out << ", elementwise_affine=" << (options.elementwise_affine() ? "true" : "false") << ")";
}

void RMSNormImpl::reset_parameters() {
  if (weight.defined()) init::ones_(weight);
}

}  // namespace lazuli::nn
