// Every dtype from the program's data through operators and back: what each rounds to, how they
// meet, what gradients have, which are refused.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

constexpr DType kFractions[] = {kFloat16, kBFloat16, kFloat32, kFloat64};

template <typename T>
void expect_round_trip(DType dtype, const std::vector<T>& values) {
  const Tensor tensor = from_vector(values, {static_cast<int64_t>(values.size())});
  EXPECT_EQ(name_of(tensor.dtype()), name_of(dtype));
  EXPECT_EQ(tensor.to_vector<T>(), values);
  EXPECT_EQ(tensor.maximum(tensor).to_vector<T>(), values);  // through a kernel
  // Every second element, read in reverse order of dimensions.
  const Tensor pairs = tensor.view({-1, 2}).permute({1, 0}).select(0, 1);
  EXPECT_EQ(pairs.to_vector<T>(), (std::vector<T>{values[1], values[3]}));
  const Tensor grid = tensor.view({-1, 2}).permute({1, 0});
  EXPECT_EQ(grid.to_vector<T>(), (std::vector<T>{values[0], values[2], values[1], values[3]}));
  EXPECT_THROW(tensor.to(dtype == kInt64 ? kInt32 : kInt64).template to_vector<T>(), TypeError);
}

TEST(DTypes, GoInAndOut) {
  expect_round_trip<bool>(kBool, {true, false, false, true});
  expect_round_trip<uint8_t>(kUInt8, {0, 1, 200, 255});
  expect_round_trip<int8_t>(kInt8, {-128, -1, 5, 127});
  expect_round_trip<int16_t>(kInt16, {-32768, -1, 5, 32767});
  expect_round_trip<int32_t>(kInt32, {std::numeric_limits<int32_t>::min(), -1, 5, 1 << 30});
  expect_round_trip<int64_t>(kInt64, {std::numeric_limits<int64_t>::min(), -1, 5, 1ll << 60});
  expect_round_trip<float16>(kFloat16,
                             {float16(-2.5f), float16(65504), float16(0x1p-24f), float16(0.1f)});
  expect_round_trip<bfloat16>(
      kBFloat16, {bfloat16(-2.5f), bfloat16(3e38f), bfloat16(0x1p-133f), bfloat16(0.1f)});
  expect_round_trip<float>(kFloat32, {-2.5f, 3e38f, 0x1p-149f, 0.1f});
  expect_round_trip<double>(kFloat64, {-2.5, 1e308, 0x1p-1074, 0.1});
  EXPECT_EQ(from_vector(std::vector<uint32_t>{4'000'000'000u}, {1}).item<int64_t>(), 4'000'000'000);
  EXPECT_EQ(from_list({0.1}).dtype(), kFloat32);
  EXPECT_EQ(from_list({'a'}).dtype(), kInt64);
}

TEST(DTypes, RoundAndWrapAtEachOperator) {
  const Tensor half = full({3}, 1, kFloat16);
  // 2048 + 1 is 2048 in f16, twice; one sum of f32 would give 2050.
  EXPECT_EQ((half * 2048 + half + half).to_vector<float16>()[0], 2048);
  const Tensor byte = full({3}, 200, kUInt8);
  EXPECT_EQ(((byte + 100) / full({3}, 2, kUInt8)).to_vector<float>()[0], 22);
  EXPECT_EQ((byte + 100 > 250).to_vector<bool>()[0], false);
  EXPECT_EQ((-full({1}, -128, kInt8)).item<int>(), -128);
  EXPECT_EQ((full({1}, 1 << 30, kInt32) * 4 + 7).item<int>(), 7);
  EXPECT_EQ((full({1}, 0.1, kFloat64) * 3).item<double>(), 0.1 * 3);
}

TEST(DTypes, TakeNumbersUnrounded) {
  const Tensor state = full({1}, 136, kBFloat16);
  EXPECT_EQ((state * 0.999).item<float>(), 136);  // 135.86, and not by the bf16 of 0.999, 1
  EXPECT_EQ((state * 0.996).item<float>(), 135);  // 135.46
  EXPECT_TRUE(full({1}, 0.1, kFloat16).eq(0.1).item<bool>());  // compared is what both hold
  EXPECT_EQ((zeros({1}, kFloat64) + (uint64_t{1} << 63)).item<double>(), 0x1p63);
  EXPECT_EQ((ones({1}, kInt64) + ((int64_t{1} << 62) + 1)).item<int64_t>(), (int64_t{1} << 62) + 2);
}

TEST(DTypes, MeetAndStayWeak) {
  for (const DType a : kAllDTypes) {
    for (const DType b : kAllDTypes) {
      const Tensor sum = zeros({2}, a) + zeros({2}, b);
      EXPECT_EQ(name_of(sum.dtype()), name_of(promote(a, b)));
    }
    EXPECT_EQ(name_of((zeros({2}, a) * 2).dtype()), name_of(a == kBool ? kInt64 : a));
    EXPECT_EQ(name_of((zeros({2}, a) * 2.5).dtype()), name_of(to_floating(a)));
    EXPECT_EQ(name_of(zeros({2}, a).exp().dtype()), name_of(to_floating(a)));
    EXPECT_EQ(name_of(zeros({2}, a).sum().dtype()), name_of(is_floating(a) ? a : kInt64));
    EXPECT_EQ(name_of(zeros({2}, a).amax().dtype()), name_of(a));
  }
}

TEST(DTypes, SumsAndMeansRoundOnce) {
  for (const DType dtype : {kFloat16, kBFloat16}) {
    const Tensor ones_of = ones({10000}, dtype);
    EXPECT_EQ(ones_of.sum().item<float>(), Scalar(10000).held_as(dtype).to_double());
    EXPECT_EQ(ones_of.mean().item<float>(), 1);
  }
  // Its sum is beyond f16.
  EXPECT_EQ(full({100000}, 3, kFloat16).mean(0).item<float>(), 3);
  EXPECT_EQ(full({300}, 200, kUInt8).sum().item<int>(), 60000);
  EXPECT_EQ(from_list({false, true}).amax().item<bool>(), true);
  EXPECT_EQ(from_list({false, true}).amin().item<bool>(), false);
  EXPECT_NEAR(full({2, 5}, 100, kFloat16).softmax(1).to_vector<float16>()[3], 0.2, 1e-4);
}

TEST(DTypes, MultiplyMatrices) {
  for (const DType dtype : kAllDTypes) {
    const Tensor a = arange(6).view({2, 3}).to(dtype);
    if (dtype == kBool) {
      EXPECT_THROW(a.mm(a.t()), TypeError);
      continue;
    }
    EXPECT_EQ(a.mm(a.t()).to(kInt64).to_vector<int64_t>(), (std::vector<int64_t>{5, 14, 14, 50}));
    EXPECT_EQ(a.mm(a.t()).dtype(), dtype);
  }
  EXPECT_EQ(full({1, 2}, 16, kInt8).mm(full({2, 1}, 8, kInt8)).item<int>(), 0);
}

TEST(DTypes, DrawRandomNumbers) {
  for (const DType dtype : kFractions) {
    manual_seed(5);
    const Tensor uniform = rand({4000}, dtype);
    EXPECT_EQ(uniform.dtype(), dtype);
    EXPECT_LT(uniform.amax().item<double>(), 1);
    EXPECT_NEAR(uniform.to(kFloat64).mean().item<double>(), 0.5, 0.02);
    const Tensor normal = randn({4000}, dtype);
    EXPECT_EQ(normal.dtype(), dtype);
    EXPECT_NEAR((normal.to(kFloat64) * normal.to(kFloat64)).mean().item<double>(), 1, 0.1);
  }
  EXPECT_THROW(rand({2}, kInt32), TypeError);
}

TEST(DTypes, GradientsHaveThatOfTheirOperand) {
  for (const DType dtype : kFractions) {
    const Tensor x = arange(6, dtype).view({2, 3}).requires_grad_();
    const Tensor wide = ones({2, 3}, kFloat64).requires_grad_();
    (x * wide + x.amax(1, true)).to(kFloat32).sum().backward();
    EXPECT_EQ(x.grad().dtype(), dtype);
    EXPECT_EQ(wide.grad().dtype(), kFloat64);
    EXPECT_EQ(x.grad().to(kFloat32).to_vector<float>(), (std::vector<float>{1, 1, 4, 1, 1, 4}));
    const Tensor y = ones({2, 3}, dtype).requires_grad_();
    y.mm(y.t()).softmax(1).mean().backward();
    EXPECT_EQ(y.grad().dtype(), dtype);
  }
}

template <typename Call>
std::string mistake_of(const Call& call) {
  try {
    call();
  } catch (const TypeError& error) {
    const std::string text = error.what();
    return text.substr(0, text.find(" (at "));
  }
  return "no mistake";
}

TEST(DTypes, RefusalsNameThem) {
  EXPECT_EQ(mistake_of([] { ones({2}, kInt16).mean(); }), "mean: need self of float; got i16");
  EXPECT_EQ(mistake_of([] { -ones({2}, kBool); }), "neg: need float or int; got bool[2]");
  EXPECT_EQ(mistake_of([] { ones({2}, kFloat16).to_vector<float>(); }),
            "to_vector: need a tensor of f32; got f16");
  EXPECT_EQ(mistake_of([] { rand({2}, kInt8); }), "rand: need float; got i8");
  EXPECT_EQ(mistake_of([] { ones({2}, kUInt8).add(1, 0.5); }),
            "add: need alpha without a fraction for u8");
  EXPECT_EQ(mistake_of([] { ones({2}, kInt8).gather(0, ones({1}, kInt32)); }),
            "gather: need index of i64; got i32[1]");
}

TEST(DTypes, Print) {
  EXPECT_EQ(from_vector(std::vector<uint8_t>{1, 255}, {2}).to_string(),
            "tensor([  1, 255], u8[2])");
  EXPECT_EQ(full({2}, 0.1, kFloat16).to_string(), "tensor([0.1000, 0.1000], f16[2])");
  EXPECT_EQ(full({1}, 2, kBFloat16).to_string(), "tensor([2.], bf16[1])");
  EXPECT_EQ(full({1}, 0.5, kFloat64).to_string(), "tensor([0.5000], f64[1])");
}

}  // namespace
}  // namespace lazuli
