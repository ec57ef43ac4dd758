// Every gradient rule against finite differences, once and twice; the rules of the engine.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <thread>

#include "lazuli/autograd/mode.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

// Numbers that repeat for equal seeds, apart from each other and from 0.
Tensor sample(const Shape& shape, int seed, float low = -2, float high = 2) {
  std::vector<float> values;
  for (int64_t i = 0; i < shape.product(); ++i) {
    const double x = std::sin(12.9898 * static_cast<double>(i + 1) + 78.233 * seed) * 43758.5453;
    values.push_back(low + (high - low) * static_cast<float>(x - std::floor(x)));
  }
  return from_vector(values, shape);
}

// A weighted sum, so that every element's gradient counts on its own.
Tensor weighted(const Tensor& result) {
  return (result * sample(result.sizes(), 99, 0.5, 1.5)).sum();
}

double value_of(const Function& function, const std::vector<Tensor>& inputs) {
  const NoGradGuard no_grad;
  const Tensor result = function(inputs);
  const std::vector<float> values = result.to_vector<float>();
  const std::vector<float> weights = sample(result.sizes(), 99, 0.5, 1.5).to_vector<float>();
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += double{values[i]} * double{weights[i]};
  return sum;
}

// The gradient of `function` at `inputs` is that of differences, within what f32 can tell.
void expect_gradients(const Function& function, const std::vector<Tensor>& inputs,
                      double tolerance = 2e-2) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(from_vector(input.to_vector<float>(), input.sizes()));
    leaves.back().requires_grad_();
  }
  weighted(function(leaves)).backward();
  constexpr float kStep = 1.0f / 128;
  for (size_t k = 0; k < inputs.size(); ++k) {
    const std::vector<float> values = inputs[k].to_vector<float>();
    std::vector<float> gradient(values.size(), 0);  // undefined stands for zeros
    if (leaves[k].grad().defined()) {
      ASSERT_EQ(leaves[k].grad().sizes(), inputs[k].sizes()) << "operand " << k;
      gradient = leaves[k].grad().to_vector<float>();
    }
    for (size_t i = 0; i < values.size(); ++i) {
      std::vector<Tensor> moved = inputs;
      std::vector<float> up = values;
      up[i] += kStep;
      moved[k] = from_vector(up, inputs[k].sizes());
      const double above = value_of(function, moved);
      up[i] = values[i] - kStep;
      moved[k] = from_vector(up, inputs[k].sizes());
      const double below = value_of(function, moved);
      const double expected = (above - below) / (2 * double{kStep});
      EXPECT_NEAR(double{gradient[i]}, expected, tolerance * (1 + std::abs(expected)))
          << "operand " << k << " element " << i;
    }
  }
}

// The function of the inputs that gives the gradients of another one.
Function gradient_of(const Function& function) {
  return [function](const std::vector<Tensor>& inputs) {
    std::vector<Tensor> leaves;
    for (const Tensor& input : inputs) {
      leaves.push_back(input.requires_grad() ? input : input.detach().requires_grad_());
    }
    // In the mode of plain values the inner gradient still needs a graph.
    struct Recording {
      Recording() { autograd::detail::is_recording = true; }
      ~Recording() { autograd::detail::is_recording = before; }
      bool before = autograd::detail::is_recording;
    } recording;
    const std::vector<Tensor> gradients =
        grad({weighted(function(leaves))}, leaves, {}, false, true);
    Tensor sum = full({}, 0.0);
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (gradients[i].defined()) sum = sum + (gradients[i] * sample(inputs[i].sizes(), 7)).sum();
    }
    return sum;
  };
}

struct Case {
  const char* name;
  Function function;
  std::vector<Tensor> inputs;
  bool is_curved = true;  // has a second derivative
};

std::vector<Case> cases() {
  const Tensor a = sample({2, 3}, 1);
  const Tensor b = sample({2, 3}, 2);
  const Tensor row = sample({3}, 3);
  const Tensor positive = sample({2, 3}, 4, 0.5, 2);
  const Tensor mask = sample({2, 3}, 5) < 0;
  const Tensor index = from_list({{int64_t{0}, int64_t{2}}, {int64_t{1}, int64_t{1}}});
  using In = const std::vector<Tensor>&;
  return {
      {"neg", [](In x) { return -x[0]; }, {a}, false},
      {"exp", [](In x) { return x[0].exp(); }, {a}},
      {"log", [](In x) { return x[0].log(); }, {positive}},
      {"sqrt", [](In x) { return x[0].sqrt(); }, {positive}},
      {"relu", [](In x) { return x[0].relu() * x[0]; }, {a}},
      {"tanh", [](In x) { return x[0].tanh(); }, {a}},
      {"add", [](In x) { return add(x[0], x[1], 2.5); }, {a, row}, false},
      {"add number", [](In x) { return add(x[0], 3, 2); }, {a}, false},
      {"sub", [](In x) { return sub(x[0], x[1], 0.5); }, {row, a}, false},
      {"rsub", [](In x) { return 3 - x[0]; }, {a}, false},
      {"mul", [](In x) { return x[0] * x[1]; }, {a, row}},
      {"mul self", [](In x) { return x[0] * x[0] * x[0]; }, {a}},
      {"mul number", [](In x) { return x[0] * 2.5; }, {a}, false},
      {"div", [](In x) { return x[0] / x[1]; }, {a, positive}},
      {"div number", [](In x) { return x[0] / 2.5; }, {a}, false},
      {"rdiv", [](In x) { return 2.5 / x[0]; }, {positive}},
      {"maximum", [](In x) { return maximum(x[0], x[1]) * x[0]; }, {a, b}},
      {"clamp_min", [](In x) { return x[0].clamp_min(-0.3) * x[0]; }, {a}},
      {"where", [mask](In x) { return where(mask, x[0], x[1]) * x[0]; }, {a, row}},
      {"where number", [mask](In x) { return where(mask, 2, x[0]) * x[0]; }, {a}},
      {"to", [](In x) { return x[0].to(kFloat32) * x[0]; }, {a}},
      {"sum", [](In x) { return x[0].sum() * x[0]; }, {a}},
      {"sum dim", [](In x) { return x[0].sum(1) * x[0].sum(1); }, {a}},
      {"sum keepdim",
       [](In x) {
         return x[0].sum({0, -1}, true) * x[0];
       },
       {a}},
      {"mean", [](In x) { return x[0].mean() * x[0].mean(0); }, {a}},
      {"amax", [](In x) { return x[0].amax(1) * x[0].amax({0}, true).sum(); }, {a}},
      {"amin", [](In x) { return x[0].amin() * x[0]; }, {a}},
      {"view",
       [](In x) {
         return x[0].view({3, 2}) * x[0].view({-1, 2});
       },
       {a}},
      {"reshape", [](In x) { return x[0].t().reshape({6}) * x[0].reshape({6}); }, {a}},
      {"expand",
       [](In x) {
         return x[0].expand({4, 2, 3}) * x[0];
       },
       {row.view({1, 3})}},
      {"permute",
       [](In x) {
         return x[0].permute({2, 0, 1}).exp();
       },
       {sample({2, 3, 2}, 6)}},
      {"narrow", [](In x) { return x[0].narrow(1, 1, 2) * x[0].narrow(1, 0, 2); }, {a}},
      {"select", [](In x) { return x[0][1] * x[0].select(0, -2); }, {a}},
      {"squeeze", [](In x) { return x[0].unsqueeze(1).exp().squeeze(1); }, {a}},
      {"gather", [index](In x) { return x[0].gather(1, index).exp(); }, {a}},
      {"scatter_add",
       [index](In x) { return x[0].scatter_add(1, index, x[1]).exp(); },
       {a, sample({2, 2}, 8)}},
      {"cat",
       [](In x) {
         return cat({x[0], x[1], x[0]}, 0) * cat({x[1], x[0], x[0]});
       },
       {a, b}},
      {"mm", [](In x) { return mm(x[0], x[1]); }, {a, sample({3, 4}, 9)}},
      {"linear", [](In x) { return linear(x[0], x[1], x[2]); }, {a, b, sample({2}, 10)}},
      {"softmax", [](In x) { return x[0].softmax(1) * x[0]; }, {a}},
      {"log_softmax", [](In x) { return x[0].log_softmax(-1) * x[0]; }, {a}},
      {"cross_entropy",
       [](In x) {
         return cross_entropy(x[0], from_list({int64_t{2}, int64_t{0}}));
       },
       {a}},
      {"in place",
       [](In x) {
         const Tensor y = x[0] * 2;
         y.mul_(x[1]);
         y += 1;
         return y * y;
       },
       {a, b}},
      {"in place through views",
       [](In x) {
         const Tensor y = x[0] * 1;
         y[0].mul_(x[1]);
         y.t().narrow(0, 1, 2).exp_();
         y.view({6}).narrow(0, 2, 3).add_(y.view({6}).narrow(0, 0, 3));
         return y * y;
       },
       {a, row}},
      {"copy_",
       [](In x) {
         const Tensor y = x[0] * x[0];
         y.narrow(1, 0, 2).copy_(x[1]);
         return y * y;
       },
       {a, sample({2}, 11)}},
  };
}

TEST(Gradient, MatchesDifferences) {
  for (const Case& test : cases()) {
    SCOPED_TRACE(test.name);
    expect_gradients(test.function, test.inputs);
  }
}

TEST(Gradient, MatchesDifferencesTwice) {
  for (const Case& test : cases()) {
    if (!test.is_curved) continue;
    SCOPED_TRACE(test.name);
    expect_gradients(gradient_of(test.function), test.inputs, 4e-2);
  }
}

TEST(Gradient, EqualOperandsShare) {
  const Tensor a = from_list({1.0, 2.0}).requires_grad_();
  const Tensor b = from_list({1.0, 1.0}).requires_grad_();
  maximum(a, b).sum().backward();
  EXPECT_EQ(a.grad().to_vector<float>(), (std::vector<float>{0.5, 1}));
  EXPECT_EQ(b.grad().to_vector<float>(), (std::vector<float>{0.5, 0}));
  const Tensor c = from_list({{3.0, 3.0, 1.0}}).requires_grad_();
  c.amax(1).sum().backward();
  EXPECT_EQ(c.grad().to_vector<float>(), (std::vector<float>{0.5, 0.5, 0}));
}

}  // namespace
}  // namespace lazuli
