// Losses over two tensors of one shape.
#include "lazuli/functions/losses.h"

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

void check_fractions(const char* op, const char* argument, const Tensor& tensor, At at) {
  check_defined(op, argument, tensor, at);
  LZ_CHECK_AT(is_floating(tensor.dtype()), TypeError, at, "{}: need {} of fractions; got {}", op,
              argument, name_of(tensor.dtype()));
}

Tensor distance(const Tensor& self, const Tensor& target, At at) {
  const Tensor difference = arithmetic::sub(self, target, at);
  return maximum(difference, difference.neg(at), at);
}

namespace {

void check_both(const char* op, const Tensor& self, const Tensor& target, At at) {
  check_fractions(op, "self", self, at);
  check_fractions(op, "target", target, at);
}

// The smaller of x and a number that is not NaN; x where they are equal.
Tensor at_most(const Tensor& x, double limit, At at) {
  return arithmetic::where(arithmetic::gt(x, limit, at), Scalar(limit), x, at);
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

// log(1 + x) for x from 0 to 1, as exact for small x as for large: what rounding takes from 1 + x
// is put back by the factor x / ((1 + x) - 1).
Tensor log_of_one_plus(const Tensor& x, At at) {
  const Tensor sum = x.add(1, 1, at);
  const Tensor is_lost = sum.eq(1, at);
  const Tensor rounded = arithmetic::where(is_lost, Scalar(1.0), sum.sub(1, 1, at), at);
  return arithmetic::where(is_lost, x, sum.log(at).mul(x, at).div(rounded, at), at);
}

}  // namespace

Tensor internal::reduced(const Tensor& self, int64_t reduction, At at) {
  switch (reduction) {
    case Reduction::None:
      return self;
    case Reduction::Mean:
      return mean(self, at);
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
  const Tensor size = distance(self, target, at);
  const Tensor low = at_most(size, beta, at);
  return internal::reduced(low.mul(size.sub(low, 0.5, at), at).div(beta, at), reduction, at);
}

Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta,
                  At at) {
  check_both("huber_loss", self, target, at);
  LZ_CHECK_AT(delta > 0, ValueError, at, "huber_loss: need a delta above 0; got {}", delta);
  const Tensor size = distance(self, target, at);
  const Tensor low = at_most(size, delta, at);
  return internal::reduced(low.mul(size.sub(low, 0.5, at), at), reduction, at);
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

Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const Tensor& weight, const Tensor& pos_weight,
                                        int64_t reduction, At at) {
  check_both("binary_cross_entropy_with_logits", self, target, at);
  const Tensor opposite = self.neg(at);
  const Tensor zero = full({}, 0, self.dtype(), at);  // shares the gradient where self is 0
  const Tensor soft = log_of_one_plus(maximum(self, opposite, at).neg(at).exp(at), at);
  // -log(sigmoid(self)) and -log(1 - sigmoid(self)), each without cancellation.
  Tensor yes = target.mul(soft.add(maximum(opposite, zero, at), 1, at), at);
  const Tensor no = soft.add(maximum(self, zero, at), 1, at);
  if (pos_weight.defined()) yes = yes.mul(pos_weight, at);
  Tensor losses = yes.add(target.rsub(1, 1, at).mul(no, at), 1, at);
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

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps, At at) {
  check_fractions("cosine_similarity", "x1", x1, at);
  check_fractions("cosine_similarity", "x2", x2, at);
  const Tensor product = x1.mul(x2, at);
  const auto length = [&](const Tensor& x) {
    return x.mul(x, at).sum(dim, false, std::nullopt, at).clamp_min(eps * eps, at).sqrt(at);
  };
  return product.sum(dim, false, std::nullopt, at).div(length(x1).mul(length(x2), at), at);
}

}  // namespace lazuli
