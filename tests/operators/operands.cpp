#include "tests/operators/operands.h"

#include <algorithm>
#include <cmath>
#include <cstring>
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
                               -103.9,
                               65504,
                               -65504,
                               0x1p-24,
                               0x1p-14,
                               0x1p-1074,
                               0x1p-1022,
                               0x1.fffffffffffffp1023,
                               -0x1.fffffffffffffp1023,
                               709.9,
                               -745.2};

// A contiguous tensor of these elements.
Tensor tensor_of(const std::vector<double>& values, DType dtype, const Shape& shape) {
  const auto size = static_cast<size_t>(size_of(dtype));
  std::vector<char> bytes(values.size() * size);
  for (size_t i = 0; i < values.size(); ++i) {
    const uint64_t bits = Scalar(values[i]).bits_as(dtype);
    std::memcpy(bytes.data() + i * size, &bits, size);
  }
  return from_data(bytes.data(), dtype, shape);
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

struct Precision {
  int digits;
  int least_exponent;  // of a normal number, as frexp has it
};
Precision precision_of(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return {11, -13};
    case DType::bf16:
      return {8, -125};
    case DType::f32:
      return {24, -125};
    default:
      return {53, -1021};
  }
}

double spacing(double value, Precision precision) {
  int exponent = 0;
  std::frexp(value, &exponent);
  if (value == 0) exponent = precision.least_exponent;
  return std::ldexp(1.0, std::max(exponent, precision.least_exponent) - precision.digits);
}

}  // namespace

std::string name_of(Form form) {
  static const char* kNames[] = {"contiguous", "permuted", "narrowed", "expanded", "selected"};
  return kNames[static_cast<int>(form)];
}

double held(double value, DType dtype) { return Scalar(value).held_as(dtype).to_double(); }

bool has_exact_products(DType dtype) { return is_integral(dtype) && size_of(dtype) <= 2; }

double sample(const Source& source, DType dtype, Generator& generator) {
  if (dtype == DType::boolean) return static_cast<double>(generator() % 2);
  if (source.has_special && is_floating(dtype) && generator() % 2 == 0) {
    return held(kSpecial[generator() % std::size(kSpecial)], dtype);
  }
  if (source.has_special && has_exact_products(dtype)) {
    return held(static_cast<double>(generator() % 65536), dtype);
  }
  std::uniform_real_distribution<double> uniform(source.low, source.high);
  const double signed_value = uniform(generator);
  const double value = dtype == kUInt8 ? std::abs(signed_value) : signed_value;
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
  const auto size = static_cast<size_t>(size_of(tensor.dtype()));
  std::vector<char> bytes(static_cast<size_t>(tensor.numel()) * size);
  tensor.copy_to(bytes.data());
  std::vector<double> values(static_cast<size_t>(tensor.numel()));
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, bytes.data() + i * size, size);
    values[i] = Scalar::from_bits(tensor.dtype(), bits).to_double();
  }
  return values;
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
  const double rounded = held(exact, dtype);
  if (!is_floating(dtype)) return got == rounded;
  if (std::isnan(rounded)) return std::isnan(got);
  if (!std::isfinite(rounded) || !std::isfinite(got)) return got == rounded;
  const Precision precision = precision_of(dtype);
  double bound = ulp;
  if (dtype == kFloat64) {
    // A reference that is no single operation has an error of its own.
    bound += ulp > 0.5 ? 1 : 0;
  } else if (dtype != kFloat32) {
    // What f32 gave, rounded once more.
    bound = 0.5 + std::ldexp(ulp + 0.5, precision.digits - 24);
  }
  // A reference that rounds to double first may be a hair off the middle of two floats.
  return std::abs(got - exact) <= (bound + 1e-6) * spacing(exact, precision);
}

}  // namespace lazuli::operator_tests
