// Losses as modules: forward(input, target), joined as `reduction` says. Formulas and rules are
// those of the functions of the same names (ops/nn.yaml).
#pragma once

#include <cstdint>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

class MSELossImpl : public Module {
 public:
  explicit MSELossImpl(Reduction::Reduction how = Reduction::Mean) : reduction(how) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
};

class L1LossImpl : public Module {
 public:
  explicit L1LossImpl(Reduction::Reduction how = Reduction::Mean) : reduction(how) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
};

class SmoothL1LossImpl : public Module {
 public:
  explicit SmoothL1LossImpl(Reduction::Reduction how = Reduction::Mean, double width = 1)
      : reduction(how), beta(width) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
  const double beta;
};

class HuberLossImpl : public Module {
 public:
  explicit HuberLossImpl(Reduction::Reduction how = Reduction::Mean, double width = 1)
      : reduction(how), delta(width) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
  const double delta;
};

// What a loss over classes takes beside its inputs. Its weight is kept as a buffer.
class ClassLossOptions {
 public:
  ClassLossOptions() = default;
  const Tensor& weight() const { return weight_; }
  ClassLossOptions& weight(const Tensor& value) { return weight_ = value, *this; }
  int64_t ignore_index() const { return ignore_index_; }
  ClassLossOptions& ignore_index(int64_t value) { return ignore_index_ = value, *this; }
  Reduction::Reduction reduction() const { return reduction_; }
  ClassLossOptions& reduction(Reduction::Reduction value) { return reduction_ = value, *this; }
  double label_smoothing() const { return label_smoothing_; }  // of CrossEntropyLoss alone
  ClassLossOptions& label_smoothing(double value) { return label_smoothing_ = value, *this; }

 private:
  Tensor weight_;
  int64_t ignore_index_ = -100;
  Reduction::Reduction reduction_ = Reduction::Mean;
  double label_smoothing_ = 0;
};

class NLLLossImpl : public Module {
 public:
  explicit NLLLossImpl(const ClassLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const ClassLossOptions options;
};

class CrossEntropyLossImpl : public Module {
 public:
  explicit CrossEntropyLossImpl(const ClassLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const ClassLossOptions options;
};

class BCELossImpl : public Module {
 public:
  explicit BCELossImpl(Reduction::Reduction how = Reduction::Mean) : reduction(how) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
};

// Weights are kept as buffers.
class BCEWithLogitsLossImpl : public Module {
 public:
  explicit BCEWithLogitsLossImpl(Reduction::Reduction how = Reduction::Mean,
                                 const Tensor& element_weight = {},
                                 const Tensor& positive_weight = {});
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
  Tensor weight;
  Tensor pos_weight;
};

class KLDivLossImpl : public Module {
 public:
  explicit KLDivLossImpl(Reduction::Reduction how = Reduction::Mean, bool is_log_target = false)
      : reduction(how), log_target(is_log_target) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const Reduction::Reduction reduction;
  const bool log_target;
};

class CosineSimilarityImpl : public Module {
 public:
  explicit CosineSimilarityImpl(int64_t along = 1, double least = 1e-8) : dim(along), eps(least) {}
  Tensor forward(const Tensor& x1, const Tensor& x2, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const int64_t dim;
  const double eps;
};

LZ_MODULE(MSELoss);
LZ_MODULE(L1Loss);
LZ_MODULE(SmoothL1Loss);
LZ_MODULE(HuberLoss);
LZ_MODULE(NLLLoss);
LZ_MODULE(CrossEntropyLoss);
LZ_MODULE(BCELoss);
LZ_MODULE(BCEWithLogitsLoss);
LZ_MODULE(KLDivLoss);
LZ_MODULE(CosineSimilarity);

}  // namespace lazuli::nn
