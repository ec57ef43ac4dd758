// Gradients in every dtype with fractions against differences of the references, taken in double
// precision, so that the tolerance is that of the dtype alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lazuli/base/format.h"
#include "tests/operators/operands.h"
#include "tests/operators/operator_cases.h"

namespace lazuli::operator_tests {
namespace {

constexpr double kStep = 1e-5;
constexpr DType kDTypes[] = {kFloat32, kFloat64, kFloat16, kBFloat16};

// Of the magnitudes that add up to an element. For f64 it is that of the differences.
double tolerance(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return 8e-3;
    case DType::bf16:
      return 6e-2;
    case DType::f32:
      return 1e-5;
    default:
      return 1e-8;
  }
}

std::vector<double> weights_for(int64_t count, DType dtype, Generator& generator) {
  std::vector<double> weights(static_cast<size_t>(count));
  for (double& weight : weights) weight = sample({0.5, 2}, dtype, generator);
  return weights;
}

Tensor tensor_of(const std::vector<double>& values, DType dtype, const Shape& shape) {
  return from_vector(values, shape).to(dtype);
}

class ElementwiseGradient : public testing::TestWithParam<ElementwiseCase> {
 protected:
  void run(const std::vector<Shape>& shapes, const std::vector<Form>& forms) {
    for (const DType dtype : kDTypes) {
      const std::vector<DType>& dtypes = GetParam().dtypes;
      if (std::find(dtypes.begin(), dtypes.end(), dtype) != dtypes.end()) run(dtype, shapes, forms);
    }
  }

  void run(DType dtype, const std::vector<Shape>& shapes, const std::vector<Form>& forms) {
    const ElementwiseCase& c = GetParam();
    Generator generator(99);
    std::vector<Operand> operands(c.operands.size());
    std::vector<Tensor> tensors(c.operands.size());
    std::vector<Scalar> numbers(c.operands.size());
    Shape shape;
    size_t count = 0;
    for (size_t i = 0; i < c.operands.size(); ++i) {
      const OperandCase& operand = c.operands[i];
      if (operand.is_number) {
        numbers[i] = Scalar(operand.low + 0.75 * (operand.high - operand.low));
        operands[i] = {Tensor(), {}, {held(numbers[i].to_double(), to_wide(dtype))}};
        continue;
      }
      // A narrow range keeps exp's slopes alike.
      const Source source{std::max(operand.low, -4.0), std::min(operand.high, 4.0)};
      const Shape& own = shapes[count % shapes.size()];
      operands[i] = make_operand(forms[count % forms.size()], own, operand.is_bool ? kBool : dtype,
                                 source, generator);
      tensors[i] = operands[i].tensor.detach();
      if (!operand.is_bool) tensors[i].requires_grad_();
      shape = count == 0 ? own : broadcast("test", shape, own);
      ++count;
    }
    const std::vector<double> weights = weights_for(shape.product(), dtype, generator);
    c.apply(tensors.data(), numbers.data()).backward(tensor_of(weights, dtype, shape));
    for (size_t k = 0; k < operands.size(); ++k) {
      if (tensors[k].defined() && tensors[k].requires_grad()) {
        compare(tensors[k], operands, k, shape, weights);
      }
    }
  }

 private:
  void compare(const Tensor& tensor, const std::vector<Operand>& operands, size_t k,
               const Shape& shape, const std::vector<double>& weights) {
    const ElementwiseCase& c = GetParam();
    SCOPED_TRACE(format("{} operand {}", c.entry, k));
    std::vector<double> exact(operands[k].values.size(), 0.0);
    std::vector<double> size(exact.size(), 0.0);
    for (int64_t i = 0; i < shape.product(); ++i) {
      std::vector<double> x(operands.size());
      for (size_t j = 0; j < operands.size(); ++j) {
        x[j] =
            operands[j].values[static_cast<size_t>(broadcast_place(operands[j].shape, shape, i))];
      }
      const double at = x[k];
      x[k] = at + kStep;
      const double above = c.reference(x.data());
      x[k] = at - kStep;
      const double slope = (above - c.reference(x.data())) / (2 * kStep);
      const size_t place = static_cast<size_t>(broadcast_place(operands[k].shape, shape, i));
      exact[place] += weights[i] * slope;
      size[place] += std::abs(weights[i] * slope);
    }
    ASSERT_TRUE(tensor.grad().defined());
    const DType dtype = tensor.dtype();
    ASSERT_EQ(lazuli::name_of(tensor.grad().dtype()), lazuli::name_of(dtype));
    ASSERT_EQ(to_string(tensor.grad().sizes()), to_string(tensor.sizes()));
    const std::vector<double> got = read(tensor.grad());
    for (size_t i = 0; i < exact.size(); ++i) {
      ASSERT_NEAR(got[i], exact[i], tolerance(dtype) * (1 + size[i])) << "element " << i;
    }
  }
};

TEST_P(ElementwiseGradient, IsTheSlope) {
  run({{3, 5}}, {Form::contiguous});
  run({{3, 5}}, {Form::permuted, Form::narrowed});
  run({{3, 5}, {5}}, {Form::contiguous});
  run({{3, 1}, {2, 1, 5}}, {Form::contiguous});
  run({Shape()}, {Form::contiguous});
}

// In-place forms take the gradients of the others.
std::vector<ElementwiseCase> differentiable_cases() {
  std::vector<ElementwiseCase> cases;
  for (const ElementwiseCase& c : elementwise_cases()) {
    if (c.has_gradient && !c.is_in_place) cases.push_back(c);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ElementwiseGradient, testing::ValuesIn(differentiable_cases()),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

class ReductionGradient : public testing::TestWithParam<ReductionCase> {};

TEST_P(ReductionGradient, IsTheSlope) {
  const ReductionCase& c = GetParam();
  const Shape shape = {4, 5};
  for (const DType dtype : kDTypes) {
    for (const bool keepdim : {false, true}) {
      Generator generator(3);
      const Operand self = make_operand(Form::contiguous, shape, dtype, {}, generator);
      const Tensor leaf = self.tensor.detach();
      Tensor(leaf).requires_grad_();
      const std::vector<double> weights = weights_for(4, dtype, generator);
      const Shape folded = keepdim ? Shape{4, 1} : Shape{4};
      c.apply(leaf, 1, keepdim).backward(tensor_of(weights, dtype, folded));
      ASSERT_EQ(lazuli::name_of(leaf.grad().dtype()), lazuli::name_of(dtype));
      const std::vector<double> got = read(leaf.grad());
      for (int64_t row = 0; row < 4; ++row) {
        for (int64_t column = 0; column < 5; ++column) {
          double folds[2];
          for (const int side : {0, 1}) {
            for (int64_t i = 0; i < 5; ++i) {
              const double moved = i == column ? (side ? kStep : -kStep) : 0;
              const double value = self.values[row * 5 + i] + moved;
              folds[side] = i == 0 ? value : c.fold(folds[side], value);
            }
          }
          const double slope = weights[row] * (folds[1] - folds[0]) / (2 * kStep);
          ASSERT_NEAR(got[row * 5 + column], slope, tolerance(dtype) * 10);
        }
      }
    }
  }
}

std::vector<ReductionCase> differentiable_reductions() {
  std::vector<ReductionCase> cases;
  for (const ReductionCase& c : reduction_cases()) {
    if (c.has_gradient) cases.push_back(c);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ReductionGradient,
                         testing::ValuesIn(differentiable_reductions()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace lazuli::operator_tests
