// Every elementwise function: dtypes, layouts, broadcasting, no elements, special values.
#include <gtest/gtest.h>

#include <algorithm>

#include "lazuli/base/format.h"
#include "tests/operators/operands.h"
#include "tests/operators/operator_cases.h"

namespace lazuli::operator_tests {
namespace {

class Elementwise : public testing::TestWithParam<ElementwiseCase> {
 protected:
  // One call over tensors of these shapes and forms, compared element by element.
  void run(DType dtype, const std::vector<Shape>& shapes, const std::vector<Form>& forms,
           bool has_special, bool plain_factors = true) {
    const ElementwiseCase& c = GetParam();
    std::vector<Operand> operands(c.operands.size());
    std::vector<Tensor> tensors(c.operands.size());
    std::vector<Scalar> numbers(c.operands.size());
    Shape shape;
    size_t tensor_count = 0;
    std::string text = format("{} {}", c.entry, lazuli::name_of(dtype));
    for (size_t i = 0; i < c.operands.size(); ++i) {
      const OperandCase& operand = c.operands[i];
      const DType own = operand.is_bool ? kBool : dtype;
      const Source source{operand.low, operand.high, c.has_whole_samples, has_special};
      if (operand.is_number) {
        numbers[i] = number(operand, own, plain_factors);
        operands[i] = {Tensor(), {}, {numbers[i].to_double()}};
        continue;
      }
      const Shape& own_shape = shapes[tensor_count % shapes.size()];
      const Form form = forms[tensor_count % forms.size()];
      // What is written in place is itself no repeated memory.
      const bool is_target = c.is_in_place && tensor_count == 0;
      operands[i] = make_operand(is_target && form == Form::expanded ? Form::contiguous : form,
                                 own_shape, own, source, generator_);
      tensors[i] = operands[i].tensor;
      shape = tensor_count == 0 ? own_shape : broadcast("test", shape, own_shape);
      text += format(" {}{}", name_of(form), to_string(own_shape));
      ++tensor_count;
    }
    SCOPED_TRACE(text);
    compare(c.apply(tensors.data(), numbers.data()), operands, shape, dtype);
  }

 private:
  Scalar number(const OperandCase& operand, DType dtype, bool plain_factors) {
    if (operand.is_factor && plain_factors) return Scalar(1);
    if (dtype == kBool) return Scalar(true);
    if (is_integral(dtype)) return Scalar(2);
    return Scalar(operand.low + 0.75 * (operand.high - operand.low));
  }

  // What is computed with where a number is given: comparisons take what the dtype holds of it.
  double taken(double number, DType dtype) {
    const bool is_half = to_wide(dtype) != dtype;
    const bool is_kept = is_half && GetParam().result != Result::boolean;
    return held(number, is_kept ? kFloat32 : dtype);
  }

  void compare(const Tensor& result, const std::vector<Operand>& operands, const Shape& shape,
               DType dtype) {
    const ElementwiseCase& c = GetParam();
    ASSERT_EQ(to_string(result.sizes()), to_string(shape));
    ASSERT_EQ(lazuli::name_of(result.dtype()),
              lazuli::name_of(c.is_in_place ? dtype : result_dtype(c.result, dtype)));
    const std::vector<double> got = read(result);
    ASSERT_EQ(static_cast<int64_t>(got.size()), shape.product());
    std::vector<double> x(operands.size());
    for (int64_t i = 0; i < shape.product(); ++i) {
      std::string text;
      for (size_t k = 0; k < operands.size(); ++k) {
        const int64_t place = broadcast_place(operands[k].shape, shape, i);
        x[k] = operands[k].values[static_cast<size_t>(place)];
        if (c.operands[k].is_number) x[k] = taken(x[k], dtype);
        text += format(" {}", x[k]);
      }
      const double exact = c.reference(x.data());
      ASSERT_TRUE(
          is_near(got[i], exact, result.dtype(), result.dtype() == kFloat64 ? c.ulp_f64 : c.ulp))
          << "element " << i << " of" << text << ": got " << got[i] << ", need " << exact;
    }
  }

  Generator generator_{2024};
};

TEST_P(Elementwise, AgreesInEveryLayout) {
  for (const DType dtype : GetParam().dtypes) {
    if (GetParam().is_in_place && result_dtype(GetParam().result, dtype) != dtype) continue;
    for (const Form first : kForms) {
      for (const Form second : kForms) run(dtype, {{3, 5}}, {first, second}, false);
    }
  }
}

TEST_P(Elementwise, Broadcasts) {
  for (const DType dtype : GetParam().dtypes) {
    if (GetParam().is_in_place && result_dtype(GetParam().result, dtype) != dtype) continue;
    run(dtype, {{3, 5}, {5}}, {Form::contiguous}, false);
    run(dtype, {{3, 5}, {3, 1}}, {Form::contiguous, Form::permuted}, false);
    run(dtype, {{2, 3, 4, 7}, {3, 1, 7}}, {Form::contiguous}, false);
    run(dtype, {{6}, {}}, {Form::contiguous}, false);
    if (GetParam().is_in_place) continue;
    run(dtype, {{5}, {3, 5}}, {Form::contiguous}, false);
    run(dtype, {{3, 1}, {1, 5}}, {Form::contiguous}, false);
  }
}

TEST_P(Elementwise, TakesAnySize) {
  for (const DType dtype : GetParam().dtypes) {
    if (GetParam().is_in_place && result_dtype(GetParam().result, dtype) != dtype) continue;
    run(dtype, {Shape()}, {Form::contiguous}, false);
    run(dtype, {{0}}, {Form::contiguous}, false);
    run(dtype, {{2, 0, 3}}, {Form::contiguous}, false);
    for (const int64_t size : {1, 7, 8, 31, 33, 1037}) {
      run(dtype, {{size}}, {Form::contiguous}, false);
    }
  }
}

TEST_P(Elementwise, TakesSpecialValues) {
  if (GetParam().has_ordinary_samples) return;
  for (const DType dtype : GetParam().dtypes) {
    if (!is_floating(dtype) && !has_exact_products(dtype)) continue;
    if (GetParam().is_in_place && result_dtype(GetParam().result, dtype) != dtype) continue;
    run(dtype, {{40, 41}}, {Form::contiguous}, true);
    run(dtype, {{9, 13}, {13}}, {Form::permuted}, true);
  }
}

TEST_P(Elementwise, TakesAnyFactor) {
  for (const DType dtype : GetParam().dtypes) {
    if (GetParam().is_in_place && result_dtype(GetParam().result, dtype) != dtype) continue;
    run(dtype, {{3, 5}}, {Form::contiguous}, false, false);
  }
}

std::string test_name(const testing::TestParamInfo<ElementwiseCase>& info) {
  std::string name = info.param.name;
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, Elementwise, testing::ValuesIn(elementwise_cases()), test_name);

}  // namespace
}  // namespace lazuli::operator_tests
