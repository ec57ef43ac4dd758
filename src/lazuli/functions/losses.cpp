// Losses over two tensors of one shape whose arguments need more than an expression.
#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

void check_both(const char* op, const Tensor& self, const Tensor& target, At at) {
  check_floating(op, "self", self, at);
  check_floating(op, "target", target, at);
}

// x^2 / 2 up to `limit`, limit * (x - limit / 2) from there on.
Tensor half_square_then_line(const Tensor& x, double limit, At at) {
  const Tensor low = x.clamp_max(limit, at);
  return low.mul(x.sub(low, 0.5, at), at);
}

// log(x) as PyTorch bounds it: at least -100, its slope 1 / max(x, 1e-12). Each detached difference
// is 0 but there.
Tensor bounded_log(const Tensor& x, At at) {
  const Tensor safe =
      arithmetic::add(x, arithmetic::sub(x.clamp_min(1e-12, at), x, at).detach(at), at);
  const Tensor logarithm = safe.log(at);
  const Tensor wanted = x.log(at).clamp_min(-100, at);
  return arithmetic::add(logarithm, arithmetic::sub(wanted, logarithm, at).detach(at), at);
}

}  // namespace

Tensor internal::reduced(const Tensor& self, int64_t reduction, At at) {
  switch (reduction) {
    case Reduction::None:
      return self;
    case Reduction::Mean:
      return mean(self, std::nullopt, at);
    case Reduction::Sum:
      return sum(self, std::nullopt, at);
    default:
      LZ_CHECK_AT(false, ValueError, at, "reduction: need 0 (none), 1 (mean) or 2 (sum); got {}",
                  reduction);
  }
}

Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta,
                      At at) {
  check_both("smooth_l1_loss", self, target, at);
  LZ_CHECK_AT(beta >= 0, ValueError, at, "smooth_l1_loss: need a beta of 0 or more; got {}", beta);
  if (beta == 0) return l1_loss(self, target, reduction, at);
  const Tensor size = self.sub(target, 1, at).abs(at);
  return internal::reduced(half_square_then_line(size, beta, at).div(beta, at), reduction, at);
}

Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta,
                  At at) {
  check_both("huber_loss", self, target, at);
  LZ_CHECK_AT(delta > 0, ValueError, at, "huber_loss: need a delta above 0; got {}", delta);
  const Tensor size = self.sub(target, 1, at).abs(at);
  return internal::reduced(half_square_then_line(size, delta, at), reduction, at);
}

Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight,
                            int64_t reduction, At at) {
  check_both("binary_cross_entropy", self, target, at);
  const Tensor yes = target.mul(bounded_log(self, at), at);
  const Tensor no = target.rsub(1, 1, at).mul(bounded_log(self.rsub(1, 1, at), at), at);
  Tensor losses = yes.add(no, 1, at).neg(at);
  if (weight.defined()) losses = losses.mul(weight, at);
  return internal::reduced(losses, reduction, at);
}

Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target, At at) {
  check_both("kl_div", self, target, at);
  if (log_target) {
    return internal::reduced(target.exp(at).mul(target.sub(self, 1, at), at), reduction, at);
  }
  const Tensor safe = arithmetic::where(target.eq(0, at), Scalar(1.0), target, at);
  return internal::reduced(target.mul(safe.log(at).sub(self, 1, at), at), reduction, at);
}

}  // namespace lazuli
