#include "tests/operators/operands.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lazuli::operator_tests {
namespace {

constexpr double kSpecial[] = {std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               0x1p-149,
                               -0x1p-149,
                               0x1p-126,
                               0x1.fffffep127,
                               -0x1.fffffep127,
                               88.8,
                               -103.9};

// A contiguous tensor of these elements.
Tensor tensor_of(const std::vector<double>& values, DType dtype, const Shape& shape) {
  switch (dtype) {
    case DType::boolean: {
      const std::vector<bool> elements(values.begin(), values.end());
      return from_vector(elements, shape);
    }
    case DType::i64: {
      const std::vector<int64_t> elements(values.begin(), values.end());
      return from_vector(elements, shape);
    }
    default:
      break;
  }
  const std::vector<float> elements(values.begin(), values.end());
  return from_vector(elements, shape);
}

// The shape in memory of which the form is a view.
Shape base_shape(Form form, const Shape& shape) {
  Shape base = shape;
  switch (form) {
    case Form::contiguous:
      break;
    case Form::permuted:
      for (int i = 0; i < shape.rank(); ++i) base[i] = shape[shape.rank() - 1 - i];
      break;
    case Form::narrowed:
      for (int64_t* extent = &base[0]; extent != &base[0] + base.rank(); ++extent) *extent += 3;
      break;
    case Form::expanded:
      if (shape.rank() > 0 && shape[0] > 0) base[0] = 1;
      break;
    case Form::selected:
      base.insert(0, 2);
      break;
  }
  return base;
}

Tensor view_of(Form form, const Tensor& base, const Shape& shape) {
  Tensor result = base;
  switch (form) {
    case Form::contiguous:
      break;
    case Form::permuted: {
      Dims order = shape;
      for (int i = 0; i < shape.rank(); ++i) order[i] = shape.rank() - 1 - i;
      result = base.permute(order);
      break;
    }
    case Form::narrowed:
      for (int i = 0; i < shape.rank(); ++i) result = result.narrow(i, 2, shape[i]);
      break;
    case Form::expanded:
      result = base.expand(shape);
      break;
    case Form::selected:
      result = base.select(0, 1);
      break;
  }
  return result;
}

// Where the view's element at a row-major place lies in the base, row-major.
int64_t base_place(Form form, const Shape& shape, const Shape& base, int64_t index) {
  if (form == Form::selected) return index + shape.product();
  int64_t place = 0;
  int64_t weight = 1;
  std::vector<int64_t> at(static_cast<size_t>(shape.rank()));
  for (int i = shape.rank() - 1; i >= 0; --i) {
    at[i] = index % shape[i];
    index /= shape[i];
  }
  for (int i = base.rank() - 1; i >= 0; --i) {
    int64_t own = at[i];
    if (form == Form::permuted) own = at[base.rank() - 1 - i];
    if (form == Form::narrowed) own += 2;
    if (base[i] == 1) own = 0;
    place += own * weight;
    weight *= base[i];
  }
  return place;
}

double spacing(double value) {
  if (std::abs(value) < 0x1p-126) return 0x1p-149;
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, exponent - 24);
}

}  // namespace

std::string name_of(Form form) {
  static const char* kNames[] = {"contiguous", "permuted", "narrowed", "expanded", "selected"};
  return kNames[static_cast<int>(form)];
}

double held(double value, DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return value != 0;
    case DType::i64:
      return std::trunc(value);
    default:
      break;
  }
  return static_cast<float>(value);
}

double sample(const Source& source, DType dtype, Generator& generator) {
  if (dtype == DType::boolean) return static_cast<double>(generator() % 2);
  if (source.has_special && dtype == DType::f32 && generator() % 2 == 0) {
    return kSpecial[generator() % std::size(kSpecial)];
  }
  std::uniform_real_distribution<double> uniform(source.low, source.high);
  const double value = uniform(generator);
  return held(source.is_whole ? std::round(value) : value, dtype);
}

Operand make_operand(Form form, const Shape& shape, DType dtype, const Source& source,
                     Generator& generator) {
  const Shape base = base_shape(form, shape);
  std::vector<double> elements(static_cast<size_t>(base.product()));
  for (double& element : elements) element = sample(source, dtype, generator);
  Operand operand{view_of(form, tensor_of(elements, dtype, base), shape), shape, {}};
  for (int64_t i = 0; i < shape.product(); ++i) {
    operand.values.push_back(elements[base_place(form, shape, base, i)]);
  }
  return operand;
}

std::vector<double> read(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::boolean: {
      const std::vector<bool> elements = tensor.to_vector<bool>();
      return {elements.begin(), elements.end()};
    }
    case DType::i64: {
      const std::vector<int64_t> elements = tensor.to_vector<int64_t>();
      return {elements.begin(), elements.end()};
    }
    default:
      break;
  }
  const std::vector<float> elements = tensor.to_vector<float>();
  return {elements.begin(), elements.end()};
}

int64_t broadcast_place(const Shape& shape, const Shape& result, int64_t index) {
  int64_t place = 0;
  int64_t weight = 1;
  for (int i = result.rank() - 1; i >= 0; --i) {
    const int64_t at = index % result[i];
    index /= result[i];
    const int own = i - (result.rank() - shape.rank());
    if (own < 0) continue;
    place += (shape[own] == 1 ? 0 : at) * weight;
    weight *= shape[own];
  }
  return place;
}

bool is_near(double got, double exact, DType dtype, double ulp) {
  if (dtype != DType::f32) return got == held(exact, dtype);
  const float rounded = static_cast<float>(exact);
  if (std::isnan(rounded)) return std::isnan(got);
  if (!std::isfinite(rounded) || !std::isfinite(got)) return got == rounded;
  // A reference that rounds to double first may be a hair off the middle of two floats.
  return std::abs(got - exact) <= (ulp + 1e-6) * spacing(exact);
}

}  // namespace lazuli::operator_tests
