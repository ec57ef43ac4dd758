#include "lazuli/nn/loss.h"

#include <ostream>

#include "lazuli/functions/functions.gen.h"

namespace lazuli::nn {
namespace {

const char* name_of(Reduction::Reduction reduction) {
  static constexpr const char* kNames[] = {"none", "mean", "sum"};
  return kNames[reduction];
}

void print(std::ostream& out, const char* module, Reduction::Reduction reduction) {
  out << module << "(reduction=" << name_of(reduction);
}

void print(std::ostream& out, const char* module, const ClassLossOptions& options) {
  print(out, module, options.reduction());
  out << ", ignore_index=" << options.ignore_index();
}

}  // namespace

Tensor MSELossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return mse_loss(input, target, reduction, at);
}
void MSELossImpl::pretty_print(std::ostream& out) const {
  print(out, "MSELoss", reduction);
  out << ")";
}

Tensor L1LossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return l1_loss(input, target, reduction, at);
}
void L1LossImpl::pretty_print(std::ostream& out) const {
  print(out, "L1Loss", reduction);
  out << ")";
}

Tensor SmoothL1LossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return smooth_l1_loss(input, target, reduction, beta, at);
}
void SmoothL1LossImpl::pretty_print(std::ostream& out) const {
  print(out, "SmoothL1Loss", reduction);
  out << ", beta=" << beta << ")";
}

Tensor HuberLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return huber_loss(input, target, reduction, delta, at);
}
void HuberLossImpl::pretty_print(std::ostream& out) const {
  print(out, "HuberLoss", reduction);
  out << ", delta=" << delta << ")";
}

NLLLossImpl::NLLLossImpl(const ClassLossOptions& chosen) : options(chosen) {
  if (options.weight().defined()) register_buffer("weight", options.weight());
}
Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return nll_loss(input, target, options.weight(), options.reduction(), options.ignore_index(), at);
}
void NLLLossImpl::pretty_print(std::ostream& out) const {
  print(out, "NLLLoss", options);
  out << ")";
}

CrossEntropyLossImpl::CrossEntropyLossImpl(const ClassLossOptions& chosen) : options(chosen) {
  if (options.weight().defined()) register_buffer("weight", options.weight());
}
Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return cross_entropy_loss(input, target, options.weight(), options.reduction(),
                            options.ignore_index(), options.label_smoothing(), at);
}
void CrossEntropyLossImpl::pretty_print(std::ostream& out) const {
  print(out, "CrossEntropyLoss", options);
  out << ", label_smoothing=" << options.label_smoothing() << ")";
}

Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return binary_cross_entropy(input, target, {}, reduction, at);
}
void BCELossImpl::pretty_print(std::ostream& out) const {
  print(out, "BCELoss", reduction);
  out << ")";
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(Reduction::Reduction how, const Tensor& element_weight,
                                             const Tensor& positive_weight)
    : reduction(how), weight(element_weight), pos_weight(positive_weight) {
  if (weight.defined()) register_buffer("weight", weight);
  if (pos_weight.defined()) register_buffer("pos_weight", pos_weight);
}
Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction, at);
}
void BCEWithLogitsLossImpl::pretty_print(std::ostream& out) const {
  print(out, "BCEWithLogitsLoss", reduction);
  out << ")";
}

Tensor KLDivLossImpl::forward(const Tensor& input, const Tensor& target, At at) {
  return kl_div(input, target, reduction, log_target, at);
}
void KLDivLossImpl::pretty_print(std::ostream& out) const {
  print(out, "KLDivLoss", reduction);
  out << ", log_target=" << (log_target ? "true" : "false") << ")";
}

Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2, At at) {
  return cosine_similarity(x1, x2, dim, eps, at);
}
void CosineSimilarityImpl::pretty_print(std::ostream& out) const {
  out << "CosineSimilarity(dim=" << dim << ", eps=" << eps << ")";
}

}  // namespace lazuli::nn
