// The tensor handle: data in and out, views, writes through them, borrowed memory, mistakes, text.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

using Floats = std::vector<float>;
using Integers = std::vector<int64_t>;

Floats floats(const Tensor& tensor) { return tensor.to_vector<float>(); }

// What `call` throws, as text; empty when it does not throw that kind.
template <typename Kind, typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Kind& error) {
    return error.what();
  }
  return {};
}

// The message ends in the line of the call that stands on the line before the check.
void expect_line(const std::string& message, const char* start, int line) {
  EXPECT_EQ(message.rfind(start, 0), 0u) << message;
  const std::string end = "functions_test.cpp:" + std::to_string(line) + ")";
  EXPECT_TRUE(message.ends_with(end)) << message << " does not end in " << end;
}

TEST(Tensor, TakesDataIn) {
  EXPECT_EQ(floats(from_list({1.5, 2.5})), (Floats{1.5, 2.5}));
  EXPECT_EQ(from_list({{1, 2, 3}, {4, 5, 6}}).sizes(), (Shape{2, 3}));
  EXPECT_EQ(from_list({1, 2}).dtype(), kInt64);
  EXPECT_EQ(from_list({true, false}).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(scalar_tensor(2.5).item<float>(), 2.5f);
  EXPECT_EQ(floats(from_vector(Floats{1, 2, 3, 4}, {2, 2})), (Floats{1, 2, 3, 4}));
  const int64_t raw[] = {7, 8};
  EXPECT_EQ(from_data(raw, kInt64, {2}).to_vector<int64_t>(), (Integers{7, 8}));
  EXPECT_EQ(floats(zeros({0, 3})), Floats{});
}

TEST(Tensor, MakesTensorsFromNothing) {
  EXPECT_EQ(floats(full({2}, 2.5)), (Floats{2.5, 2.5}));
  EXPECT_EQ(full({2}, 3).dtype(), kInt64);
  EXPECT_EQ(arange(3).to_vector<int64_t>(), (Integers{0, 1, 2}));
  EXPECT_EQ(floats(arange(0.0, 1.0, 0.25)), (Floats{0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(arange(5, 0, -2).to_vector<int64_t>(), (Integers{5, 3, 1}));
  EXPECT_EQ(floats(ones_like(zeros({2}))), (Floats{1, 1}));
}

TEST(Tensor, RandomNumbersFollowTheSeedInProgramOrder) {
  manual_seed(3);
  const Tensor first = rand({5});
  const Tensor second = rand({5});
  manual_seed(3);
  const Floats again = floats(rand({5}));
  rand({1});  // a dead draw counts
  EXPECT_EQ(floats(first), again);
  EXPECT_NE(floats(first), floats(second));
  for (const float value : again) EXPECT_TRUE(value >= 0 && value < 1);
}

TEST(Tensor, PromotesAndCasts) {
  const Tensor integers = from_list({1, 2});
  EXPECT_EQ((integers * 2).dtype(), kInt64);
  EXPECT_EQ((integers * 2.5).dtype(), kFloat32);
  EXPECT_EQ((integers / 2).dtype(), kFloat32);
  EXPECT_EQ((integers + from_list({0.5, 1.0})).dtype(), kFloat32);
  EXPECT_EQ(from_list({true, true}).sum().item<int>(), 2);
  EXPECT_EQ(from_list({2.9, -2.9}).to(kInt64).to_vector<int64_t>(), (Integers{2, -2}));
  EXPECT_TRUE(integers.to(kInt64).is_same(integers));
}

TEST(Tensor, OperatorsTakeNumbersOnBothSides) {
  const Tensor x = from_list({1.0, 2.0});
  EXPECT_EQ(floats(3 - x), (Floats{2, 1}));
  EXPECT_EQ(floats(4 / x), (Floats{4, 2}));
  EXPECT_EQ(floats(-x + 1), (Floats{0, -1}));
  EXPECT_EQ((x < 2).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ((1 < x).to_vector<bool>(), (std::vector<bool>{false, true}));
  EXPECT_EQ((x > x).to_vector<bool>(), (std::vector<bool>{false, false}));
  EXPECT_EQ((x == 2).to_vector<bool>(), (std::vector<bool>{false, true}));
}

TEST(View, ShowsTheSameElements) {
  const Tensor x = arange(6).view({2, 3});
  EXPECT_EQ(x[1].to_vector<int64_t>(), (Integers{3, 4, 5}));
  EXPECT_EQ(x[-1][-1].item<int>(), 5);
  EXPECT_EQ(x.t().to_vector<int64_t>(), (Integers{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(x.t().strides(), (Dims{1, 3}));
  EXPECT_EQ(x.narrow(1, -2, 2).to_vector<int64_t>(), (Integers{1, 2, 4, 5}));
  EXPECT_EQ(x[0].expand({2, -1}).to_vector<int64_t>(), (Integers{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(x.unsqueeze(-1).sizes(), (Shape{2, 3, 1}));
  EXPECT_EQ(x.transpose(0, 1).view({3, 2}).sizes(), (Shape{3, 2}));
  EXPECT_THROW(x.t().view({6}), ValueError);
  EXPECT_FALSE(x.t().reshape({6}).is_view());
  EXPECT_TRUE(x.reshape({6}).is_view());
}

TEST(View, WritesReachEveryAlias) {
  const Tensor x = zeros({2, 3});
  const Tensor row = x[1];
  const Tensor column = x.t()[2];
  const Tensor flat = x.view({6});
  row.add_(1);
  EXPECT_EQ(floats(column), (Floats{0, 1}));
  column.mul_(5);
  EXPECT_EQ(floats(flat), (Floats{0, 0, 0, 1, 1, 5}));
  flat.narrow(0, 1, 3).copy_(from_list({7, 8, 9}));
  EXPECT_EQ(floats(x), (Floats{0, 7, 8, 9, 1, 5}));
  EXPECT_EQ(floats(row), (Floats{9, 1, 5}));
  x.zero_();
  EXPECT_EQ(floats(row), (Floats{0, 0, 0}));
  EXPECT_EQ(x.version(), 4u);
  EXPECT_EQ(row.version(), 4u);
}

TEST(View, WritesReachAliasesAfterEvaluation) {
  const Tensor x = arange(4).to(kFloat32).view({2, 2});
  const Tensor inner = x.t().narrow(0, 1, 1).squeeze(0);
  EXPECT_EQ(floats(inner), (Floats{1, 3}));
  inner += inner;
  eval();
  EXPECT_EQ(floats(x), (Floats{0, 2, 2, 6}));
  x.t()[0].fill_(9);
  EXPECT_EQ(floats(x), (Floats{9, 2, 9, 6}));
  EXPECT_EQ(floats(inner), (Floats{2, 6}));
}

TEST(View, ExpandedTensorsAreNotWritten) {
  const Tensor x = zeros({1, 3});
  const Tensor wide = x.expand({2, 3});
  const std::string message = message_of<ValueError>([&] { wide.add_(1); });
  EXPECT_NE(message.find("more than one element of the written-to tensor refers"),
            std::string::npos);
  x.expand({1, 3}).add_(1);
  EXPECT_EQ(floats(x), (Floats{1, 1, 1}));
}

TEST(Write, KeepsShapeAndDType) {
  const Tensor x = zeros({3});
  EXPECT_THROW(x.add_(zeros({2, 3})), ValueError);
  EXPECT_THROW(from_list({1, 2}).add_(0.5), TypeError);
  EXPECT_THROW(from_list({1, 2}).div_(2), TypeError);
  x.add_(from_list({1, 2, 3}));
  EXPECT_EQ(x.dtype(), kFloat32);
  EXPECT_EQ(floats(x), (Floats{1, 2, 3}));
  EXPECT_EQ(x.version(), 1u);
  x.add_(x, 2);
  EXPECT_EQ(floats(x), (Floats{3, 6, 9}));
}

TEST(Borrowed, WritesLandBeforeTheyReturn) {
  Floats memory = {1, 2, 3, 4, 5, 6};
  int released = 0;
  {
    const Tensor x = from_blob(memory.data(), {2, 3}, kFloat32, std::nullopt, [&] { ++released; });
    x.add_(1);
    EXPECT_EQ(memory, (Floats{2, 3, 4, 5, 6, 7}));
    x[1].mul_(10);
    EXPECT_EQ(memory, (Floats{2, 3, 4, 50, 60, 70}));
    const Tensor sum = x.sum(0);
    memory[0] = -1000;  // the sum has been taken
    EXPECT_EQ(floats(sum), (Floats{52, 63, 74}));
    EXPECT_EQ(x[0][0].item<float>(), -1000);
  }
  eval();
  EXPECT_EQ(released, 1);
}

TEST(Borrowed, HasStrides) {
  Floats memory = {1, 2, 3, 4, 5, 6};
  const Tensor x = from_blob(memory.data(), {3, 2}, kFloat32, Dims{1, 3});
  EXPECT_EQ(floats(x), (Floats{1, 4, 2, 5, 3, 6}));
  x.t()[1].fill_(0);
  EXPECT_EQ(memory, (Floats{1, 2, 3, 0, 0, 0}));
  EXPECT_THROW(x.view({6}), ValueError);
  EXPECT_THROW(x.data_ptr(), ValueError);
}

TEST(Read, GivesAddressesOfRowMajorElements) {
  const Tensor x = from_list({{1.0, 2.0}, {3.0, 4.0}});
  const auto* data = static_cast<const float*>(x.t().data_ptr());
  EXPECT_NE(data, nullptr);
  const Tensor transposed = x.t();
  data = static_cast<const float*>(transposed.data_ptr());
  EXPECT_EQ(data[1], 3);
  EXPECT_THROW(x.item(), ValueError);
  EXPECT_THROW(x.to_vector<int64_t>(), TypeError);
}

TEST(Functions, Argmax) {
  const Tensor x = from_list({{1.0, 5.0, 5.0}, {7.0, 0.0, 2.0}});
  EXPECT_EQ(x.argmax().item<int>(), 3);
  EXPECT_EQ(x.argmax(1).to_vector<int64_t>(), (Integers{1, 0}));
  EXPECT_EQ(x.argmax(0, true).sizes(), (Shape{1, 3}));
}

TEST(Functions, JoinManyTensors) {
  std::vector<Tensor> parts;
  Floats expected;
  for (int i = 0; i < 40; ++i) {
    parts.push_back(full({1}, static_cast<float>(i)).requires_grad_());
    expected.push_back(static_cast<float>(i));
  }
  const Tensor joined = cat(parts);
  EXPECT_EQ(floats(joined), expected);
  (joined * joined).sum().backward();
  EXPECT_EQ(parts[39].grad().item<float>(), 78);
  EXPECT_EQ(cat({from_list({1}), from_list({2.5})}).dtype(), kFloat32);
}

TEST(Mistake, NamesTheLine) {
  const Tensor x = zeros({2, 3});
  expect_line(message_of<ValueError>([&] { mm(x, x); }), "mm: need ", __LINE__);
  expect_line(message_of<ValueError>([&] { x + zeros({4}); }), "add: ", __LINE__);
  expect_line(message_of<IndexError>([&] { x[2]; }), "select: need an index", __LINE__);
  expect_line(message_of<IndexError>([&] { x.sum(2); }), "sum: need a dimension", __LINE__);
  expect_line(message_of<ValueError>([&] { x.view({4}); }), "view: need a shape of 6", __LINE__);
  expect_line(message_of<ValueError>([&] { x.permute({0, 0}); }), "permute: need each", __LINE__);
  expect_line(message_of<ValueError>([&] { x* Tensor(); }), "mul: other is undefined", __LINE__);
  expect_line(message_of<TypeError>([&] { from_list({1}).mean(); }), "mean: need self", __LINE__);
  expect_line(message_of<ValueError>([&] { x.backward(); }), "backward: the tensor", __LINE__);
  expect_line(message_of<TypeError>([&] { where(x, x, x); }), "where: ", __LINE__);
  expect_line(message_of<IndexError>([&] { x.narrow(1, 2, 2); }), "narrow: need", __LINE__);
  expect_line(message_of<ValueError>([&] { cat(std::vector<Tensor>()); }), "cat: need", __LINE__);
}

TEST(Mistake, OfTheDeviceNamesTheLine) {
  const Tensor x = from_list({1.0, 2.0});
  const int line = __LINE__ + 1;
  const Tensor bad = x.gather(0, from_list({5}));
  const std::string message = message_of<DeviceError>([&] { bad.to_vector<float>(); });
  EXPECT_NE(message.find("functions_test.cpp:" + std::to_string(line)), std::string::npos)
      << message;
  EXPECT_EQ(floats(x), (Floats{1, 2}));
}

TEST(Backward, FollowsPyTorchsRules) {
  const Tensor x = from_list({1.0, 2.0}).requires_grad_();
  EXPECT_TRUE(x.is_leaf());
  const Tensor y = x * x;
  EXPECT_FALSE(y.is_leaf());
  EXPECT_TRUE(y.requires_grad());
  EXPECT_FALSE(y.detach().requires_grad());
  EXPECT_NE(message_of<ValueError>([&] { y.backward(); }).find("only for scalar outputs"),
            std::string::npos);
  y.backward(ones({2}));
  EXPECT_EQ(floats(x.grad()), (Floats{2, 4}));
  EXPECT_NE(message_of<ValueError>([&] { y.backward(ones({2})); }).find("a second time"),
            std::string::npos);
  const Tensor held = x.grad();
  (x * 3).sum().backward();
  EXPECT_EQ(floats(held), (Floats{5, 7}));  // accumulated in place
  x.set_grad({});
  EXPECT_FALSE(x.grad().defined());
  EXPECT_THROW(arange(2).requires_grad_(), TypeError);
  const NoGradGuard no_grad;
  EXPECT_FALSE((x * x).requires_grad());
}

TEST(Backward, LeavesAreNotWritten) {
  const Tensor x = from_list({1.0, 2.0}).requires_grad_();
  EXPECT_NE(message_of<ValueError>([&] { x.add_(1); }).find("a leaf Variable that requires grad"),
            std::string::npos);
  EXPECT_NE(message_of<ValueError>([&] { x[0].fill_(1); }).find("a view of a leaf Variable"),
            std::string::npos);
  {
    const NoGradGuard no_grad;
    x.add_(1);
    x[0].mul_(2);
  }
  x.detach().mul_(10);
  EXPECT_EQ(floats(x), (Floats{40, 30}));
  EXPECT_TRUE(x.is_leaf() && x.requires_grad());
}

TEST(Backward, SeesWritesToWhatItSaved) {
  const Tensor x = from_list({1.0, 2.0}).requires_grad_();
  const Tensor y = x.exp();
  const Tensor z = y * y;
  y.add_(1);
  const std::string message = message_of<ValueError>([&] { z.sum().backward(); });
  EXPECT_NE(message.find("modified by an inplace operation: f32[2], which is output of exp, is at "
                         "version 1; expected version 0 instead. mul needs it (at "),
            std::string::npos)
      << message;
  const Tensor data = from_list({3.0, 4.0});
  const Tensor product = x * data;
  data[0].fill_(0);
  EXPECT_THROW(product.sum().backward(), ValueError);
  const Tensor fresh = x * data;  // saved after the write
  fresh.sum().backward();
  EXPECT_EQ(floats(x.grad()), (Floats{0, 4}));
}

TEST(Backward, FlowsThroughViewsAndTheirBase) {
  const Tensor x = from_list({{1.0, 2.0}, {3.0, 4.0}}).requires_grad_();
  const Tensor y = x * 1;
  const Tensor row = y[0];
  y.mul_(from_list({{2.0, 3.0}, {4.0, 5.0}}));
  row.mul_(10);  // the view sees the base's history, then the base the view's
  y.sum().backward();
  EXPECT_EQ(floats(x.grad()), (Floats{20, 30, 4, 5}));
}

TEST(Backward, WalksLongChains) {
  const Tensor x = scalar_tensor(1.0).requires_grad_();
  Tensor y = x;
  for (int i = 0; i < 100000; ++i) y = y + 1;
  y.backward();
  EXPECT_EQ(x.grad().item<float>(), 1);
}

TEST(Backward, TwiceDifferentiates) {
  const Tensor x = scalar_tensor(3.0).requires_grad_();
  const Tensor y = x * x * x;
  const Tensor first = grad({y}, {x}, {}, false, true)[0];
  EXPECT_EQ(first.item<float>(), 27);
  const Tensor second = grad({first}, {x}, {}, false, true)[0];
  EXPECT_EQ(second.item<float>(), 18);
  EXPECT_FALSE(x.grad().defined());
  second.backward();
  EXPECT_EQ(x.grad().item<float>(), 6);
  EXPECT_FALSE(grad({x * 2}, {from_list({1.0}).requires_grad_()})[0].defined());
}

TEST(Text, ShowsElementsAndType) {
  EXPECT_EQ(from_list({1.0, 2.0}).to_string(), "tensor([1., 2.], f32[2])");
  EXPECT_EQ(from_list({{1.5, -2.25}, {3.0, 4.0}}).to_string(),
            "tensor([[ 1.5000, -2.2500],\n        [ 3.0000,  4.0000]], f32[2, 2])");
  EXPECT_EQ(from_list({1e-6, 1.0}).to_string(), "tensor([1.0000e-06, 1.0000e+00], f32[2])");
  EXPECT_EQ(from_list({true, false}).to_string(), "tensor([ true, false], bool[2])");
  EXPECT_EQ(from_list({-1, 20}).to_string(), "tensor([-1, 20], i64[2])");
  EXPECT_EQ(scalar_tensor(2.5).to_string(), "tensor(2.5000, f32[])");
  EXPECT_EQ(zeros({0}).to_string(), "tensor([], f32[0])");
  EXPECT_EQ(arange(2000).to_string(),
            "tensor([   0,    1,    2, ..., 1997, 1998, 1999], i64[2000])");
  EXPECT_EQ(zeros({2, 1, 1}).to_string(), "tensor([[[0.]],\n\n        [[0.]]], f32[2, 1, 1])");
  EXPECT_EQ(Tensor().to_string(), "tensor(undefined)");
  std::ostringstream stream;
  stream << from_list({static_cast<float>(NAN), INFINITY}).requires_grad_();
  EXPECT_EQ(stream.str(), "tensor([nan, inf], f32[2], requires_grad)");
}

}  // namespace
}  // namespace lazuli
