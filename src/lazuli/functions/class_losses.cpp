// Losses whose target names one of the classes.
#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

// Which dimension the classes are, and what each place's target says of them.
class Classes {
 public:
  Classes(const char* op, const Tensor& self, const Tensor& weight, At at) : op_(op), at_(at) {
    check_floating(op, "self", self, at);
    LZ_CHECK_AT(self.dim() >= 1, ValueError, at, "{}: need self [C] or [N, C, ...]; got []", op);
    dim_ = self.dim() == 1 ? 0 : 1;
    count_ = self.sizes()[dim_];
    if (!weight.defined()) return;
    LZ_CHECK_AT(weight.sizes() == Shape{count_}, ValueError, at,
                "{}: need a weight for each of {} classes; got {}", op, count_,
                to_string(weight.sizes()));
    Shape along = Shape::filled(self.sizes().rank(), 1);
    along[dim_] = count_;
    weight_ = weight.view(along, at);
  }

  int dim() const { return dim_; }
  int64_t count() const { return count_; }

  // `x` times its class's weight.
  Tensor weighted(const Tensor& x) const { return weight_.defined() ? x.mul(weight_, at_) : x; }

  // Reads the targets: `kept` weights each place by its class, 0 where it is ignored.
  void read(const Tensor& self, const Tensor& target, int64_t ignore_index) {
    check_defined(op_, "target", target, at_);
    check_dtype(op_, "target", target, kInt64, at_);
    Shape places;
    for (int dim = 0; dim < self.sizes().rank(); ++dim) {
      if (dim != dim_) places.push_back(self.sizes()[dim]);
    }
    LZ_CHECK_AT(target.sizes() == places, ValueError, at_,
                "{}: need a target {} for self {}; got {}", op_, to_string(places),
                to_string(self.sizes()), to_string(target.sizes()));
    Shape with_class = self.sizes();
    with_class[dim_] = 1;
    const Tensor wide = target.view(with_class, at_);
    is_ignored_ = wide.eq(ignore_index, at_);
    index_ = arithmetic::where(is_ignored_, Scalar(int64_t{0}), wide, at_);
  }

  // Of every place the element of `x` at its class; the dimension of classes stays, of extent 1.
  Tensor pick(const Tensor& x) const { return x.gather(dim_, index_, at_); }

  // The loss of every place, 0 where it is ignored; reduced.
  Tensor reduce(const Tensor& losses, int64_t reduction) const {
    const Tensor kept = arithmetic::where(is_ignored_, Scalar(0.0), losses, at_);
    if (reduction == Reduction::None) return kept.squeeze(dim_, at_);
    const Tensor total = internal::reduced(
        kept, reduction == Reduction::Mean ? int64_t{Reduction::Sum} : reduction, at_);
    return reduction == Reduction::Mean ? total.div(weight_that_counts(), at_) : total;
  }

 private:
  Tensor weight_that_counts() const {
    if (!weight_.defined()) return is_ignored_.eq(false, at_).sum(std::nullopt, at_);
    Shape spread = index_.sizes();
    spread[dim_] = count_;
    const Tensor weights = pick(weight_.expand(spread, at_));
    return arithmetic::where(is_ignored_, Scalar(0.0), weights, at_).sum(std::nullopt, at_);
  }

  const char* op_;
  At at_;
  int dim_ = 0;
  int64_t count_ = 0;
  Tensor weight_;      // in a shape that broadcasts
  Tensor is_ignored_;  // with a dimension of extent 1 for the classes, as the next
  Tensor index_;
};

// Targets that hold a probability of each class; `terms` are the logarithms times their weights.
Tensor of_probabilities(const Classes& classes, const Tensor& terms, const Tensor& target,
                        int64_t reduction, double label_smoothing, At at) {
  LZ_CHECK_AT(target.sizes() == terms.sizes(), ValueError, at,
              "cross_entropy: need probabilities in the shape {} of self; got {}",
              to_string(terms.sizes()), to_string(target.sizes()));
  Tensor probabilities = target;
  if (label_smoothing != 0) {
    probabilities = target.mul(1 - label_smoothing, at)
                        .add(label_smoothing / static_cast<double>(classes.count()), 1, at);
  }
  const Tensor losses =
      terms.mul(probabilities, at).sum(classes.dim(), false, std::nullopt, at).neg(at);
  return internal::reduced(losses, reduction, at);
}

}  // namespace

Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                int64_t ignore_index, At at) {
  Classes classes("nll_loss", self, weight, at);
  classes.read(self, target, ignore_index);
  return classes.reduce(classes.pick(classes.weighted(self)).neg(at), reduction);
}

Tensor cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight,
                     int64_t reduction, int64_t ignore_index, double label_smoothing, At at) {
  LZ_CHECK_AT(label_smoothing >= 0 && label_smoothing <= 1, ValueError, at,
              "cross_entropy: need a label_smoothing from 0 to 1; got {}", label_smoothing);
  Classes classes("cross_entropy", self, weight, at);
  check_defined("cross_entropy", "target", target, at);
  const Tensor wide = self.to(to_wide(self.dtype()), at);
  const Tensor terms = classes.weighted(log_softmax(wide, classes.dim(), std::nullopt, at));
  if (is_floating(target.dtype())) {
    return of_probabilities(classes, terms, target, reduction, label_smoothing, at)
        .to(self.dtype(), at);
  }
  classes.read(self, target, ignore_index);
  Tensor losses = classes.pick(terms).neg(at);
  if (label_smoothing != 0) {
    const Tensor all = terms.sum(classes.dim(), true, std::nullopt, at);
    losses = losses.mul(1 - label_smoothing, at)
                 .add(all, -label_smoothing / static_cast<double>(classes.count()), at);
  }
  return classes.reduce(losses, reduction).to(self.dtype(), at);
}

}  // namespace lazuli
