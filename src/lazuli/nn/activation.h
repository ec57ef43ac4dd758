// Functions of one tensor as modules: each is the function of the same name (ops/math.yaml) with
// its options fixed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "lazuli/functions/functions.gen.h"
#include "lazuli/nn/function_module.h"
#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

using ReLUImpl = FunctionModule<"ReLU", relu>;
using ReLU6Impl = FunctionModule<"ReLU6", relu6>;
using TanhImpl = FunctionModule<"Tanh", tanh>;
using SigmoidImpl = FunctionModule<"Sigmoid", sigmoid>;
using LogSigmoidImpl = FunctionModule<"LogSigmoid", log_sigmoid>;
using SiLUImpl = FunctionModule<"SiLU", silu>;
using SELUImpl = FunctionModule<"SELU", selu>;
using MishImpl = FunctionModule<"Mish", mish>;
using SoftsignImpl = FunctionModule<"Softsign", softsign>;
using HardsigmoidImpl = FunctionModule<"Hardsigmoid", hardsigmoid>;
using HardswishImpl = FunctionModule<"Hardswish", hardswish>;

class GELUImpl : public Module {
 public:
  // "none" or "tanh"; forward throws ValueError for another.
  explicit GELUImpl(std::string how = "none") : approximate(std::move(how)) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const std::string approximate;
};

class ELUImpl : public Module {
 public:
  explicit ELUImpl(double scale = 1) : alpha(scale) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double alpha;
};

class CELUImpl : public Module {
 public:
  explicit CELUImpl(double scale = 1) : alpha(scale) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double alpha;
};

class LeakyReLUImpl : public Module {
 public:
  explicit LeakyReLUImpl(double slope = 0.01) : negative_slope(slope) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double negative_slope;
};

class SoftplusImpl : public Module {
 public:
  explicit SoftplusImpl(double steepness = 1, double limit = 20)
      : beta(steepness), threshold(limit) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double beta;
  const double threshold;
};

class SoftshrinkImpl : public Module {
 public:
  explicit SoftshrinkImpl(double width = 0.5) : lambd(width) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double lambd;
};

class HardtanhImpl : public Module {
 public:
  explicit HardtanhImpl(double low = -1, double high = 1) : min_val(low), max_val(high) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double min_val;
  const double max_val;
};

class ThresholdImpl : public Module {
 public:
  ThresholdImpl(double limit, double otherwise) : threshold(limit), value(otherwise) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const double threshold;
  const double value;
};

// exp(input) by its sum along `dim`; LogSoftmax its logarithm.
class SoftmaxImpl : public Module {
 public:
  explicit SoftmaxImpl(int64_t along) : dim(along) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const int64_t dim;
};

class LogSoftmaxImpl : public Module {
 public:
  explicit LogSoftmaxImpl(int64_t along) : dim(along) {}
  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  const int64_t dim;
};

LZ_MODULE(ReLU);
LZ_MODULE(ReLU6);
LZ_MODULE(Tanh);
LZ_MODULE(Sigmoid);
LZ_MODULE(LogSigmoid);
LZ_MODULE(SiLU);
LZ_MODULE(SELU);
LZ_MODULE(Mish);
LZ_MODULE(Softsign);
LZ_MODULE(Hardsigmoid);
LZ_MODULE(Hardswish);
LZ_MODULE(GELU);
LZ_MODULE(ELU);
LZ_MODULE(CELU);
LZ_MODULE(LeakyReLU);
LZ_MODULE(Softplus);
LZ_MODULE(Softshrink);
LZ_MODULE(Hardtanh);
LZ_MODULE(Threshold);
LZ_MODULE(Softmax);
LZ_MODULE(LogSoftmax);

}  // namespace lazuli::nn
