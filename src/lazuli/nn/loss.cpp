#include "lazuli/nn/loss.h"

#include <ostream>

#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {

void Loss::pretty_print(std::ostream& out) const {
  static constexpr const char* kReductions[] = {"none", "mean", "sum"};
  out << name_ << "(reduction=" << kReductions[reduction];
  print_options(out);
  out << ")";
}

void Loss::print_options(std::ostream&) const {}

Tensor MSELossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return mse_loss(input, target, reduction, at);
}

Tensor L1LossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return l1_loss(input, target, reduction, at);
}

Tensor SmoothL1LossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return smooth_l1_loss(input, target, reduction, beta, at);
}
void SmoothL1LossImpl::print_options(std::ostream& out) const { out << ", beta=" << beta; }

Tensor HuberLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return huber_loss(input, target, reduction, delta, at);
}
void HuberLossImpl::print_options(std::ostream& out) const { out << ", delta=" << delta; }

ClassLoss::ClassLoss(const char* name, const ClassLossOptions& chosen)
    : Loss(name, chosen.reduction()), options(chosen) {
  if (options.weight().defined()) register_buffer("weight", options.weight());
}
void ClassLoss::print_options(std::ostream& out) const {
  out << ", ignore_index=" << options.ignore_index();
}

Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return nll_loss(input, target, options.weight(), reduction, options.ignore_index(), at);
}

Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return cross_entropy(input, target, options.weight(), reduction, options.ignore_index(),
                       options.label_smoothing(), at);
}
void CrossEntropyLossImpl::print_options(std::ostream& out) const {
  ClassLoss::print_options(out);
  out << ", label_smoothing=" << options.label_smoothing();
}

Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return binary_cross_entropy(input, target, {}, reduction, at);
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(Reduction::Reduction how, const Tensor& element_weight,
                                             const Tensor& positive_weight)
    : Loss("BCEWithLogitsLoss", how), weight(element_weight), pos_weight(positive_weight) {
  if (weight.defined()) register_buffer("weight", weight);
  if (pos_weight.defined()) register_buffer("pos_weight", pos_weight);
}
Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction, at);
}

Tensor KLDivLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return kl_div(input, target, reduction, log_target, at);
}
void KLDivLossImpl::print_options(std::ostream& out) const {
  out << ", log_target=" << (log_target ? "true" : "false");
}

Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2, At at) {
  return cosine_similarity(x1, x2, dim, eps, at);
}
void CosineSimilarityImpl::pretty_print(std::ostream& out) const {
  out << "CosineSimilarity(dim=" << dim << ", eps=" << eps << ")";
}

}  // namespace lazuli::nn
