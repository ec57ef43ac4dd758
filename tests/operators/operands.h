// Tensors in every layout with their elements as doubles beside them, and results compared.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "lazuli/api/lazuli.h"

namespace lazuli::operator_tests {

// How a tensor of some shape lies in its memory.
enum class Form { contiguous, permuted, narrowed, expanded, selected };
inline constexpr Form kForms[] = {Form::contiguous, Form::permuted, Form::narrowed, Form::expanded,
                                  Form::selected};
std::string name_of(Form form);

struct Operand {
  Tensor tensor;
  Shape shape;
  std::vector<double> values;  // row-major, as the tensor has them
};

// Where the elements come from.
struct Source {
  double low = -3;
  double high = 3;
  bool is_whole = false;     // rounded
  bool has_special = false;  // NaN, infinities, zeros, denormals, integers that wrap among them
};

using Generator = std::mt19937_64;

// The value as `dtype` holds it.
double held(double value, DType dtype);
// Integers of which a double holds what any operator gives before it wraps.
bool has_exact_products(DType dtype);
double sample(const Source& source, DType dtype, Generator& generator);
Operand make_operand(Form form, const Shape& shape, DType dtype, const Source& source,
                     Generator& generator);

// The elements of a tensor of any dtype.
std::vector<double> read(const Tensor& tensor);
// The row-major place in `shape` of the element that broadcasts to place `index` of `result`.
int64_t broadcast_place(const Shape& shape, const Shape& result, int64_t index);

// Whether `got` is `exact` as `dtype` holds it; for fractions within `ulp`, which for f16 and bf16
// is that of the f32 that was rounded. NaN equals NaN.
bool is_near(double got, double exact, DType dtype, double ulp);

}  // namespace lazuli::operator_tests
