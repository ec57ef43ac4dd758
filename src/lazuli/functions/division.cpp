// Quotients and decimals, rounded as asked for.
#include <cmath>

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

template <typename Other>
Tensor divided(const Tensor& self, const Other& other,
               std::optional<std::string_view> rounding_mode, At at) {
  if (!rounding_mode) return div(self, other, at);
  check_choice("div", "rounding_mode", *rounding_mode, {"floor", "trunc"}, at);
  return *rounding_mode == "floor" ? floor_divide(self, other, at)
                                   : internal::quotient_towards_zero(self, other, at);
}

}  // namespace

Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode,
           At at) {
  return divided(self, other, rounding_mode, at);
}
Tensor div(const Tensor& self, Scalar other, std::optional<std::string_view> rounding_mode, At at) {
  return divided(self, other, rounding_mode, at);
}
Tensor divide(const Tensor& self, const Tensor& other,
              std::optional<std::string_view> rounding_mode, At at) {
  return divided(self, other, rounding_mode, at);
}
Tensor divide(const Tensor& self, Scalar other, std::optional<std::string_view> rounding_mode,
              At at) {
  return divided(self, other, rounding_mode, at);
}

Tensor round(const Tensor& self, int64_t decimals, At at) {
  check_floating("round", "self", self, at);
  if (decimals == 0) return round(self, at);
  const double power = std::pow(10.0, std::abs(static_cast<double>(decimals)));
  if (decimals > 0) return round(self.mul(power, at), at).div(power, at);
  return round(self.div(power, at), at).mul(power, at);
}

}  // namespace lazuli
