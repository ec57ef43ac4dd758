#include "lazuli/nn/init.h"

#include <cmath>
#include <vector>

#include "lazuli/functions/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli::nn::init {
namespace {

struct Fans {
  double in;
  double out;
};

Fans fans_of(const char* function, const Tensor& tensor, At at) {
  check_defined(function, "tensor", tensor, at);
  LZ_CHECK_AT(tensor.dim() >= 2, ValueError, at, "{}: need at least 2 dimensions; got {}", function,
              to_string(tensor.sizes()));
  double field = 1;
  for (int dim = 2; dim < tensor.sizes().rank(); ++dim) {
    field *= static_cast<double>(tensor.sizes()[dim]);
  }
  return {static_cast<double>(tensor.sizes()[1]) * field,
          static_cast<double>(tensor.sizes()[0]) * field};
}

double kaiming_std(const char* function, const Tensor& tensor, double a, FanMode mode,
                   Nonlinearity nonlinearity, At at) {
  const Fans fans = fans_of(function, tensor, at);
  return calculate_gain(nonlinearity, a) / std::sqrt(mode == FanMode::kFanIn ? fans.in : fans.out);
}

// Makes each of `count` lines of `length` a unit vector at right angles to those before it: Gram
// and Schmidt's way, twice, so that rounding does not turn it.
void orthogonalize(std::vector<double>& lines, size_t count, size_t length) {
  for (size_t i = 0; i < count; ++i) {
    double* const line = &lines[i * length];
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t j = 0; j < i; ++j) {
        const double* const other = &lines[j * length];
        double product = 0;
        for (size_t k = 0; k < length; ++k) product += line[k] * other[k];
        for (size_t k = 0; k < length; ++k) line[k] -= product * other[k];
      }
    }
    double square = 0;
    for (size_t k = 0; k < length; ++k) square += line[k] * line[k];
    const double scale = 1 / std::sqrt(square);
    for (size_t k = 0; k < length; ++k) line[k] *= scale;
  }
}

}  // namespace

Tensor uniform_(Tensor tensor, double low, double high, At at) {
  check_defined("uniform_", "tensor", tensor, at);
  LZ_CHECK_AT(low <= high, ValueError, at, "uniform_: need low up to high; got {} and {}", low,
              high);
  const NoGradGuard no_grad;
  tensor.copy_(rand(tensor.sizes(), std::nullopt, at).mul(high - low, at).add(low, 1, at), at);
  return tensor;
}

Tensor normal_(Tensor tensor, double mean, double std, At at) {
  check_defined("normal_", "tensor", tensor, at);
  LZ_CHECK_AT(std >= 0, ValueError, at, "normal_: need a std of 0 or more; got {}", std);
  const NoGradGuard no_grad;
  tensor.copy_(randn(tensor.sizes(), std::nullopt, at).mul(std, at).add(mean, 1, at), at);
  return tensor;
}

Tensor constant_(Tensor tensor, Scalar value, At at) {
  check_defined("constant_", "tensor", tensor, at);
  const NoGradGuard no_grad;
  tensor.fill_(value, at);
  return tensor;
}

Tensor ones_(Tensor tensor, At at) { return constant_(std::move(tensor), 1, at); }
Tensor zeros_(Tensor tensor, At at) { return constant_(std::move(tensor), 0, at); }

double calculate_gain(Nonlinearity nonlinearity, double param) {
  switch (nonlinearity) {
    case Nonlinearity::kTanh:
      return 5.0 / 3;
    case Nonlinearity::kReLU:
      return std::sqrt(2.0);
    case Nonlinearity::kLeakyReLU:
      return std::sqrt(2 / (1 + param * param));
    case Nonlinearity::kSELU:
      return 0.75;
    case Nonlinearity::kLinear:
    case Nonlinearity::kSigmoid:
      break;
  }
  return 1;
}

Tensor xavier_uniform_(Tensor tensor, double gain, At at) {
  const Fans fans = fans_of("xavier_uniform_", tensor, at);
  const double bound = gain * std::sqrt(6 / (fans.in + fans.out));
  return uniform_(std::move(tensor), -bound, bound, at);
}

Tensor xavier_normal_(Tensor tensor, double gain, At at) {
  const Fans fans = fans_of("xavier_normal_", tensor, at);
  return normal_(std::move(tensor), 0, gain * std::sqrt(2 / (fans.in + fans.out)), at);
}

Tensor kaiming_uniform_(Tensor tensor, double a, FanMode mode, Nonlinearity nonlinearity, At at) {
  const double bound =
      std::sqrt(3.0) * kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity, at);
  return uniform_(std::move(tensor), -bound, bound, at);
}

Tensor kaiming_normal_(Tensor tensor, double a, FanMode mode, Nonlinearity nonlinearity, At at) {
  const double std = kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity, at);
  return normal_(std::move(tensor), 0, std, at);
}

Tensor orthogonal_(Tensor tensor, double gain, At at) {
  fans_of("orthogonal_", tensor, at);
  const int64_t rows = tensor.sizes()[0];
  if (tensor.numel() == 0) return tensor;
  const int64_t columns = tensor.numel() / rows;
  const int64_t count = std::min(rows, columns);
  const int64_t length = std::max(rows, columns);
  const std::vector<float> drawn = randn({count, length}, std::nullopt, at).to_vector<float>(at);
  std::vector<double> lines(drawn.begin(), drawn.end());
  orthogonalize(lines, static_cast<size_t>(count), static_cast<size_t>(length));
  std::vector<float> scaled;
  for (const double value : lines) scaled.push_back(static_cast<float>(value * gain));
  Tensor matrix = from_vector(scaled, {count, length}, at);
  if (rows > columns) matrix = matrix.t(at);
  const NoGradGuard no_grad;
  tensor.copy_(matrix.reshape(tensor.sizes(), at), at);
  return tensor;
}

}  // namespace lazuli::nn::init
