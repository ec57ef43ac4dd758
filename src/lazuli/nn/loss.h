// Losses as modules: forward(input, target), joined as `reduction` says. Formulas and rules are
// those of the functions of the same names (ops/nn.yaml).
#pragma once

#include <cstdint>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

// What losses have in common: how they join their elements, and how they print.
class Loss : public Module {
 public:
  void pretty_print(std::ostream& out) const final;

  const Reduction::Reduction reduction;

 protected:
  Loss(const char* name, Reduction::Reduction how) : reduction(how), name_(name) {}

 private:
  virtual void print_options(std::ostream& out) const;  // ", beta=1"

  const char* const name_;
};

class MSELossImpl : public Loss {
 public:
  explicit MSELossImpl(Reduction::Reduction how = Reduction::Mean) : Loss("MSELoss", how) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
};

class L1LossImpl : public Loss {
 public:
  explicit L1LossImpl(Reduction::Reduction how = Reduction::Mean) : Loss("L1Loss", how) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
};

class SmoothL1LossImpl : public Loss {
 public:
  explicit SmoothL1LossImpl(Reduction::Reduction how = Reduction::Mean, double width = 1)
      : Loss("SmoothL1Loss", how), beta(width) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);

  const double beta;

 private:
  void print_options(std::ostream& out) const override;
};

class HuberLossImpl : public Loss {
 public:
  explicit HuberLossImpl(Reduction::Reduction how = Reduction::Mean, double width = 1)
      : Loss("HuberLoss", how), delta(width) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);

  const double delta;

 private:
  void print_options(std::ostream& out) const override;
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

class ClassLoss : public Loss {
 public:
  const ClassLossOptions options;

 protected:
  ClassLoss(const char* name, const ClassLossOptions& chosen);
  void print_options(std::ostream& out) const override;
};

class NLLLossImpl : public ClassLoss {
 public:
  explicit NLLLossImpl(const ClassLossOptions& chosen = {}) : ClassLoss("NLLLoss", chosen) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
};

class CrossEntropyLossImpl : public ClassLoss {
 public:
  explicit CrossEntropyLossImpl(const ClassLossOptions& chosen = {})
      : ClassLoss("CrossEntropyLoss", chosen) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);

 private:
  void print_options(std::ostream& out) const override;
};

class BCELossImpl : public Loss {
 public:
  explicit BCELossImpl(Reduction::Reduction how = Reduction::Mean) : Loss("BCELoss", how) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);
};

// Weights are kept as buffers.
class BCEWithLogitsLossImpl : public Loss {
 public:
  explicit BCEWithLogitsLossImpl(Reduction::Reduction how = Reduction::Mean,
                                 const Tensor& element_weight = {},
                                 const Tensor& positive_weight = {});
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);

  Tensor weight;
  Tensor pos_weight;
};

class KLDivLossImpl : public Loss {
 public:
  explicit KLDivLossImpl(Reduction::Reduction how = Reduction::Mean, bool is_log_target = false)
      : Loss("KLDivLoss", how), log_target(is_log_target) {}
  Tensor forward(const Tensor& input, const Tensor& target, LZ_AT);

  const bool log_target;

 private:
  void print_options(std::ostream& out) const override;
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
