// Softmax, normalizations, embeddings and dropout.
#include <limits>

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

// The dimensions of `input` that `normalized_shape` covers: its last ones.
DimList covered_dims(const char* op, const Tensor& input, const Shape& normalized_shape, At at) {
  check_floating(op, "input", input, at);
  const int rank = normalized_shape.rank();
  const int first = input.sizes().rank() - rank;
  bool fits = rank >= 1 && first >= 0;
  for (int i = 0; fits && i < rank; ++i) fits = input.sizes()[first + i] == normalized_shape[i];
  LZ_CHECK_AT(fits, ValueError, at, "{}: need an input that ends in {}; got {}", op,
              to_string(normalized_shape), to_string(input.sizes()));
  Dims dims;
  for (int i = 0; i < rank; ++i) dims.push_back(first + i);
  return dims;
}

// An optional factor or summand of each normalized element.
void check_affine(const char* op, const char* argument, const Tensor& tensor,
                  const Shape& normalized_shape, At at) {
  LZ_CHECK_AT(!tensor.defined() || tensor.sizes() == normalized_shape, ValueError, at,
              "{}: need {} {}; got {}", op, argument, to_string(normalized_shape),
              to_string(tensor.sizes()));
}

// x / sqrt(mean(x^2) + eps).
Tensor by_root_mean_square(const Tensor& x, const DimList& dims, double eps, At at) {
  const Tensor square = mean(x.mul(x, at), dims, true, std::nullopt, at);
  return x.mul(square.add(eps, 1, at).sqrt(at).rdiv(1, at), at);
}

// What softmax takes the exponents of, in the dtype that it is worked out in; the least that no
// exponent overflows.
struct Exponents {
  DType dtype;  // of the result
  Tensor shifted;
};

Exponents exponents(const char* op, const Tensor& self, int64_t dim, std::optional<DType> dtype,
                    At at) {
  check_defined(op, "self", self, at);
  const int wrapped = wrap_dim(op, dim, self.sizes().rank(), at);
  const DType result = dtype.value_or(to_floating(self.dtype()));
  LZ_CHECK_AT(is_floating(result), TypeError, at, "{}: need a dtype of float; got {}", op,
              name_of(result));
  const Tensor wide = to(to(self, result, at), to_wide(result), at);
  return {result, wide.sub(amax(wide.detach(at), wrapped, true, at), 1, at)};
}

}  // namespace

Tensor softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype, At at) {
  const Exponents of = exponents("softmax", self, dim, dtype, at);
  const Tensor powers = of.shifted.exp(at);
  return to(powers.div(powers.sum(dim, true, std::nullopt, at), at), of.dtype, at);
}

Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype, At at) {
  const Exponents of = exponents("log_softmax", self, dim, dtype, at);
  const Tensor total = of.shifted.exp(at).sum(dim, true, std::nullopt, at);
  return to(of.shifted.sub(total.log(at), 1, at), of.dtype, at);
}

Tensor layer_norm(const Tensor& input, const Shape& normalized_shape, const Tensor& weight,
                  const Tensor& bias, double eps, At at) {
  const DimList dims = covered_dims("layer_norm", input, normalized_shape, at);
  check_affine("layer_norm", "weight", weight, normalized_shape, at);
  check_affine("layer_norm", "bias", bias, normalized_shape, at);
  const Tensor centred = input.sub(mean(input, dims, true, std::nullopt, at), 1, at);
  Tensor result = by_root_mean_square(centred, dims, eps, at);
  if (weight.defined()) result = result.mul(weight, at);
  return bias.defined() ? result.add(bias, 1, at) : result;
}

Tensor rms_norm(const Tensor& input, const Shape& normalized_shape, const Tensor& weight,
                std::optional<double> eps, At at) {
  const DimList dims = covered_dims("rms_norm", input, normalized_shape, at);
  check_affine("rms_norm", "weight", weight, normalized_shape, at);
  constexpr double kEps = std::numeric_limits<float>::epsilon();
  const Tensor result = by_root_mean_square(input, dims, eps.value_or(kEps), at);
  return weight.defined() ? result.mul(weight, at) : result;
}

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx, At at) {
  check_defined("embedding", "weight", weight, at);
  check_defined("embedding", "indices", indices, at);
  check_dtype("embedding", "indices", indices, kInt64, at);
  LZ_CHECK_AT(weight.dim() == 2, ValueError, at, "embedding: need weight [rows, columns]; got {}",
              to_string(weight.sizes()));
  const int64_t columns = weight.sizes()[1];
  const int64_t count = indices.numel();
  const Tensor places = indices.reshape({count, 1}, at).expand({count, columns}, at);
  Tensor rows = weight.gather(0, places, at);
  if (padding_idx >= 0) {
    rows = arithmetic::where(places.eq(padding_idx, at), rows.detach(at), rows, at);
  }
  Shape shape = indices.sizes();
  shape.push_back(columns);
  return rows.view(shape, at);
}

Tensor dropout(const Tensor& input, double p, bool train, At at) {
  check_floating("dropout", "input", input, at);
  LZ_CHECK_AT(p >= 0 && p <= 1, ValueError, at, "dropout: need a p from 0 to 1; got {}", p);
  if (!train || p == 0) return input;
  if (p == 1) return input.mul(0, at);
  const Tensor is_dropped = rand(input.sizes(), std::nullopt, at).lt(p, at);
  return arithmetic::where(is_dropped, Scalar(0.0), input.mul(1 / (1 - p), at), at);
}

}  // namespace lazuli
