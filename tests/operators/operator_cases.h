// The functions to test; the tables are generated from ops/*.yaml.
#pragma once

#include <ostream>
#include <vector>

#include "lazuli/api/lazuli.h"

namespace lazuli::operator_tests {

enum class Result { same, floating, boolean, accumulate };

struct OperandCase {
  bool is_number;  // a C++ number; else a tensor
  bool is_factor;  // tried as 1 (structure) and as another number
  bool is_bool;    // whatever the others are
  double low;      // samples' range
  double high;
};

// Operands stand in the order of the recorded kind.
struct ElementwiseCase {
  const char* name;   // "add.Tensor"
  const char* entry;  // "ops/elementwise.yaml:61"
  std::vector<DType> dtypes;
  Result result;
  std::vector<OperandCase> operands;
  bool is_in_place;
  bool has_whole_samples;
  bool has_ordinary_samples;  // no special values
  bool has_gradient;
  double ulp;      // of the result in f32
  double ulp_f64;  // in f64
  Tensor (*apply)(const Tensor* tensors, const Scalar* numbers);
  double (*reference)(const double* operands);
};
const std::vector<ElementwiseCase>& elementwise_cases();

struct ReductionCase {
  const char* name;
  const char* entry;
  std::vector<DType> dtypes;
  Result result;
  bool has_empty;
  double empty;     // what no elements give, if has_empty
  bool is_product;  // errors grow with the result, not with the elements
  bool is_exact;    // no rounding: max, min
  bool has_gradient;
  Tensor (*apply)(const Tensor& self, const DimList& dim, bool keepdim);
  double (*fold)(double acc, double self);
};
const std::vector<ReductionCase>& reduction_cases();

// The dtype that a function over operands of `dtype` gives.
inline DType result_dtype(Result result, DType dtype) {
  switch (result) {
    case Result::boolean:
      return kBool;
    case Result::floating:
      return to_floating(dtype);
    case Result::accumulate:
      return is_floating(dtype) ? dtype : kInt64;
    case Result::same:
      break;
  }
  return dtype;
}

inline void PrintTo(const ElementwiseCase& c, std::ostream* out) { *out << c.name; }
inline void PrintTo(const ReductionCase& c, std::ostream* out) { *out << c.name; }

}  // namespace lazuli::operator_tests
