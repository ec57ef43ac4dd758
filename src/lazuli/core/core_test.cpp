#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/core/dtype.h"
#include "lazuli/core/elements.h"
#include "lazuli/core/layout.h"
#include "lazuli/core/scalar.h"
#include "lazuli/core/shape.h"

namespace lazuli {
namespace {

template <typename Kind, typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Kind& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(DType, TensorsMeetInTheWiderAndNumbersAreWeak) {
  EXPECT_EQ(promote(kBool, kInt64), kInt64);
  EXPECT_EQ(promote(kFloat32, kInt64), kFloat32);
  EXPECT_EQ(promote_weak(kInt64, kBool), kInt64);
  EXPECT_EQ(promote_weak(kInt64, kFloat32), kFloat32);
  EXPECT_EQ(promote_weak(kBool, kInt64), kInt64);
  EXPECT_EQ(promote_weak(kBool, kBool), kBool);
  EXPECT_EQ(promote_weak(kFloat32, kInt64), kFloat32);
  EXPECT_EQ(to_floating(kBool), kFloat32);
  EXPECT_EQ(to_floating(kUInt8), kFloat32);
  EXPECT_EQ(to_floating(kBFloat16), kBFloat16);
  EXPECT_EQ(promote_weak(kFloat16, kFloat32), kFloat16);
  EXPECT_EQ(promote_weak(kInt8, kInt64), kInt8);
  EXPECT_EQ(to_wide(kFloat16), kFloat32);
  EXPECT_EQ(to_wide(kInt8), kInt8);
}

TEST(Dims, HoldUpToTheLimitAndRefuseMore) {
  Dims dims = {1, 2, 3, 4, 5, 6, 7};
  dims.push_back(8);
  EXPECT_EQ(dims.rank(), kMaxRank);
  EXPECT_EQ(dims.back(), 8);
  EXPECT_EQ(message_of<ValueError>([&] { dims.push_back(9); }), "need at most 8 dimensions; got 9");
  EXPECT_THROW(dims.insert(0, 9), ValueError);
  EXPECT_THROW((Dims{1, 2, 3, 4, 5, 6, 7, 8, 9}), ValueError);
  EXPECT_THROW(Dims::filled(9, 1), ValueError);
  EXPECT_EQ(to_string(dims), "[1, 2, 3, 4, 5, 6, 7, 8]");
}

TEST(Dims, InsertAndEraseAnywhere) {
  Dims dims = {1, 2};
  dims.insert(1, 7);
  dims.insert(0, 9);
  dims.insert(4, 5);
  EXPECT_EQ(dims, (Dims{9, 1, 7, 2, 5}));
  dims.erase(4);
  dims.erase(0);
  EXPECT_EQ(dims, (Dims{1, 7, 2}));
  EXPECT_EQ(dims.product(), 14);
  EXPECT_EQ(Dims().product(), 1);
  EXPECT_NE(dims, (Dims{1, 7}));
  EXPECT_EQ(to_string(Dims()), "[]");
}

TEST(Shape, BroadcastFollowsNumPy) {
  EXPECT_EQ(broadcast("add", {2, 1, 3}, {4, 1}), (Shape{2, 4, 3}));
  EXPECT_EQ(broadcast("add", {}, {5}), (Shape{5}));
  EXPECT_EQ(broadcast("add", {0}, {1}), (Shape{0}));
  EXPECT_EQ(broadcast("add", {1, 3}, {0, 1}), (Shape{0, 3}));
  EXPECT_EQ(message_of<ValueError>([] {
              broadcast("add", {2, 3}, {4});
            }),
            "add: shapes [2, 3] and [4] do not broadcast: dimension 1 is 3 and 4");
  EXPECT_THROW(broadcast("add", {0}, {2}), ValueError);
}

TEST(Shape, DimensionsCountFromEitherEnd) {
  EXPECT_EQ(wrap_dim("sum", -1, 3), 2);
  EXPECT_EQ(wrap_dim("sum", -3, 3), 0);
  EXPECT_EQ(wrap_dim("sum", 2, 3), 2);
  EXPECT_EQ(wrap_dim("sum", -1, 0), 0);
  EXPECT_EQ(wrap_dim("sum", 0, 0), 0);
  EXPECT_THROW(wrap_dim("sum", 1, 0), IndexError);
  EXPECT_THROW(wrap_dim("sum", std::numeric_limits<int64_t>::min(), 3), IndexError);
  EXPECT_EQ(message_of<IndexError>([] { wrap_dim("sum", 3, 3); }),
            "sum: need a dimension from -3 to 2; got 3");
}

// The addresses of all elements in row-major order.
std::vector<int64_t> addresses(const Layout& layout) {
  std::vector<int64_t> result = {layout.offset};
  for (int dim = 0; dim < layout.rank(); ++dim) {
    std::vector<int64_t> next;
    for (int64_t address : result) {
      for (int64_t i = 0; i < layout.shape[dim]; ++i) {
        next.push_back(address + i * layout.strides[dim]);
      }
    }
    result = std::move(next);
  }
  return result;
}

// The layout of `shape` whose elements lie at `wanted`, if strides can say it.
bool is_expressible(const std::vector<int64_t>& wanted, const Shape& shape) {
  Layout layout{shape, Dims::filled(shape.rank(), 0), wanted[0]};
  int64_t step = 1;
  for (int dim = shape.rank() - 1; dim >= 0; --dim) {
    if (shape[dim] > 1) layout.strides[dim] = wanted[static_cast<size_t>(step)] - wanted[0];
    step *= shape[dim];
  }
  return addresses(layout) == wanted;
}

class LayoutTest : public testing::Test {
 protected:
  int64_t below(int64_t limit) { return static_cast<int64_t>(random_() % limit); }

  // Contiguous memory seen through random steps: what programs make.
  Layout random_view() {
    Shape shape;
    for (int64_t rank = below(5); rank > 0; --rank) shape.push_back(below(8) ? 1 + below(4) : 0);
    Layout layout = contiguous(shape);
    for (int64_t steps = below(4); steps > 0 && layout.rank() > 0; --steps) {
      const int dim = static_cast<int>(below(layout.rank()));
      const int64_t extent = layout.shape[dim];
      switch (below(4)) {
        case 0: {
          Dims order;
          for (int i = 0; i < layout.rank(); ++i) order.push_back((i + dim) % layout.rank());
          layout = permuted(layout, order);
          break;
        }
        case 1: {
          const int64_t start = below(extent + 1);
          layout = narrowed(layout, dim, start, below(extent - start + 1));
          break;
        }
        case 2:
          if (extent > 0) layout = selected(layout, dim, below(extent));
          break;
        default:
          if (extent == 1) {
            Shape grown = layout.shape;
            grown[dim] = 3;
            layout = expanded(layout, grown);
          }
          break;
      }
    }
    return layout;
  }

  // Any small strides, also such as no view has.
  Layout random_strides() {
    Layout layout;
    for (int64_t rank = below(4); rank > 0; --rank) {
      layout.shape.push_back(1 + below(4));
      layout.strides.push_back(below(9) - 2);
    }
    layout.offset = below(5);
    return layout;
  }

  Shape random_shape(int64_t numel) {
    Shape shape;
    while (numel > 1 && shape.rank() < 5) {
      int64_t extent = 1 + below(numel);
      while (numel % extent != 0) ++extent;
      shape.push_back(extent);
      numel /= extent;
    }
    if (numel > 1) shape.push_back(numel);
    while (shape.rank() < 6 && below(3) == 0) {
      shape.insert(static_cast<int>(below(shape.rank() + 1)), 1);
    }
    return shape;
  }

  std::mt19937_64 random_{2024};
};

TEST_F(LayoutTest, ReshapedFindsStridesExactlyWhereThereAreSome) {
  int found = 0;
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    const Layout layout = i % 2 ? random_view() : random_strides();
    if (layout.numel() == 0) continue;
    const std::vector<int64_t> wanted = addresses(layout);
    const Shape shape = random_shape(layout.numel());
    const std::optional<Layout> result = reshaped(layout, shape);
    ASSERT_EQ(result.has_value(), is_expressible(wanted, shape))
        << to_string(layout) << " as " << to_string(shape);
    if (result) {
      ASSERT_EQ(result->shape, shape);
      ASSERT_EQ(addresses(*result), wanted) << to_string(layout) << " as " << to_string(shape);
    }
    ++(result ? found : refused);
  }
  EXPECT_GT(found, 1000);
  EXPECT_GT(refused, 1000);
}

TEST_F(LayoutTest, ReshapedTakesAnyShapeOfNoElements) {
  const Layout empty = permuted(contiguous({2, 0, 3}), {2, 0, 1});
  const std::optional<Layout> result = reshaped(empty, {0, 7});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->shape, (Shape{0, 7}));
}

TEST_F(LayoutTest, InjectiveIsNeverSaidOfElementsThatMeet) {
  int proven = 0;
  for (int i = 0; i < 20000; ++i) {
    const bool is_view = i % 2;
    const Layout layout = is_view ? random_view() : random_strides();
    const std::vector<int64_t> all = addresses(layout);
    const bool is_unique = std::set<int64_t>(all.begin(), all.end()).size() == all.size();
    if (is_injective(layout)) {
      ASSERT_TRUE(is_unique) << to_string(layout);
      ++proven;
    } else if (is_view) {
      ASSERT_FALSE(is_unique) << "views of contiguous memory are decided: " << to_string(layout);
    }
  }
  EXPECT_GT(proven, 5000);
}

TEST_F(LayoutTest, TouchedRangeIsTheSmallestThatHoldsEveryElement) {
  for (int i = 0; i < 5000; ++i) {
    const Layout layout = i % 2 ? random_view() : random_strides();
    const std::vector<int64_t> all = addresses(layout);
    const auto [low, high] = touched_range(layout);
    if (all.empty()) {
      ASSERT_EQ(low, high);
      continue;
    }
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    ASSERT_EQ(low, *least) << to_string(layout);
    ASSERT_EQ(high, *most + 1) << to_string(layout);
  }
}

TEST_F(LayoutTest, ContiguousMeansElementsFollowEachOther) {
  for (int i = 0; i < 5000; ++i) {
    const Layout layout = random_view();
    const std::vector<int64_t> all = addresses(layout);
    bool follow = true;
    for (size_t j = 0; j < all.size(); ++j) {
      follow &= all[j] == layout.offset + static_cast<int64_t>(j);
    }
    ASSERT_EQ(is_contiguous(layout), follow) << to_string(layout);
  }
  EXPECT_EQ(contiguous_strides({2, 0, 3}), (Dims{3, 3, 1}));
  EXPECT_EQ(to_string(contiguous({2, 3})), "[2, 3] strides [3, 1] offset 0");
}

TEST_F(LayoutTest, ExpandedRepeatsOnlyWhatGrows) {
  const Layout layout = expanded(contiguous({3, 1}), {2, 3, 4});
  EXPECT_EQ(layout.strides, (Dims{0, 1, 0}));
  EXPECT_EQ(addresses(layout)[4], 1);
}

TEST(Scalar, CutsFractionsAndSendsWhatDoesNotFitToTheLeast) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(Scalar(2.9).to_int64(), 2);
  EXPECT_EQ(Scalar(-2.9).to_int64(), -2);
  EXPECT_EQ(Scalar(0x1p63).to_int64(), kLeast);
  EXPECT_EQ(Scalar(-0x1p63).to_int64(), kLeast);
  EXPECT_EQ(Scalar(0x1p63 - 1024).to_int64(), std::numeric_limits<int64_t>::max() - 1023);
  EXPECT_EQ(Scalar(-1e300).to_int64(), kLeast);
  EXPECT_EQ(Scalar(std::nan("")).to_int64(), kLeast);
  EXPECT_EQ(Scalar(std::numeric_limits<double>::infinity()).to_int64(), kLeast);
  EXPECT_EQ(Scalar(-std::numeric_limits<float>::infinity()).to_int64(), kLeast);
}

TEST(Scalar, KeepsItsCategoryAndItsValue) {
  EXPECT_EQ(Scalar(true).category(), kBool);
  EXPECT_EQ(Scalar('a').category(), kInt64);
  EXPECT_EQ(Scalar(1u).category(), kInt64);
  EXPECT_EQ(Scalar(1.0f).category(), kFloat32);
  EXPECT_EQ(Scalar(0.1).to_double(), 0.1);
  EXPECT_EQ(Scalar(true).to_double(), 1.0);
  EXPECT_EQ(Scalar((int64_t{1} << 53) + 1).to_int64(), (int64_t{1} << 53) + 1);
  EXPECT_TRUE(Scalar(std::nan("")).to_bool());
  EXPECT_FALSE(Scalar(-0.0).to_bool());
  EXPECT_TRUE(Scalar(0.1).to_bool());
  EXPECT_EQ(to_string(Scalar(false)), "false");
  EXPECT_EQ(to_string(Scalar(-3)), "-3");
  EXPECT_EQ(to_string(Scalar(0.5)), "0.5");
}

TEST(Scalar, BitsAreThoseOfTheDTypeAndComeBack) {
  EXPECT_EQ(Scalar(1.0).bits_as(kFloat32), 0x3f800000u);
  EXPECT_EQ(Scalar(1).bits_as(kFloat32), 0x3f800000u);
  EXPECT_EQ(Scalar(-1).bits_as(kInt64), ~uint64_t{0});
  EXPECT_EQ(Scalar(2.5).bits_as(kInt64), 2u);
  EXPECT_EQ(Scalar(0.5).bits_as(kBool), 1u);
  EXPECT_EQ(Scalar(-0.0).bits_as(kBool), 0u);
  EXPECT_EQ(Scalar(1e300).bits_as(kFloat32), 0x7f800000u);
  // An integer is rounded once, not by way of a double: 2^60 + 2^36 + 1 lies just above the middle
  // of two floats.
  EXPECT_EQ(Scalar((int64_t{1} << 60) + (int64_t{1} << 36) + 1).bits_as(kFloat32), 0x5d800001u);
  for (const Scalar value : {Scalar(true), Scalar(-7), Scalar(0.25)}) {
    const Scalar back = Scalar::from_bits(value.category(), value.bits_as(value.category()));
    EXPECT_EQ(back.category(), value.category());
    EXPECT_EQ(back.to_double(), value.to_double());
  }
  EXPECT_TRUE(
      std::isnan(Scalar::from_bits(kFloat32, Scalar(std::nan("")).bits_as(kFloat32)).to_double()));
}

TEST(Scalar, BitsOfNarrowDTypesWrapAndRound) {
  EXPECT_EQ(Scalar(-1).bits_as(kUInt8), 0xffu);
  EXPECT_EQ(Scalar(300).bits_as(kInt8), 44u);
  EXPECT_EQ(Scalar(-2.9).bits_as(kInt16), 0xfffeu);
  EXPECT_EQ(Scalar((int64_t{1} << 32) + 5).bits_as(kInt32), 5u);
  EXPECT_EQ(Scalar(1.5).bits_as(kFloat16), 0x3e00u);
  EXPECT_EQ(Scalar(1e6).bits_as(kFloat16), 0x7c00u);
  EXPECT_EQ(Scalar(1.5).bits_as(kBFloat16), 0x3fc0u);
  EXPECT_EQ(Scalar(0.1).bits_as(kFloat64), std::bit_cast<uint64_t>(0.1));
  EXPECT_EQ(Scalar(3).bits_as(kFloat64), std::bit_cast<uint64_t>(3.0));
  for (const DType dtype : kAllDTypes) {
    const Scalar back = Scalar::from_bits(dtype, Scalar(1).bits_as(dtype));
    EXPECT_EQ(back.to_double(), 1.0) << name_of(dtype);
    EXPECT_EQ(Scalar::from_word(dtype, Scalar(1).word_as(dtype)).to_double(), 1.0);
  }
  EXPECT_EQ(Scalar::from_bits(kUInt8, 0xff).to_int64(), 255);
  EXPECT_EQ(Scalar::from_bits(kInt8, 0xff).to_int64(), -1);
  EXPECT_EQ(Scalar::from_bits(kInt16, 0x8000).to_int64(), -32768);
}

// PyTorch's torch.promote_types, row by row in the order of DType.
TEST(DType, PromotesAsPyTorchDoes) {
  constexpr const char* kTable[kDTypeCount][kDTypeCount] = {
      {"bool", "u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"},
      {"u8", "u8", "i16", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"},
      {"i8", "i16", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"},
      {"i16", "i16", "i16", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"},
      {"i32", "i32", "i32", "i32", "i32", "i64", "f16", "bf16", "f32", "f64"},
      {"i64", "i64", "i64", "i64", "i64", "i64", "f16", "bf16", "f32", "f64"},
      {"f16", "f16", "f16", "f16", "f16", "f16", "f16", "f32", "f32", "f64"},
      {"bf16", "bf16", "bf16", "bf16", "bf16", "bf16", "f32", "bf16", "f32", "f64"},
      {"f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f64"},
      {"f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64"}};
  for (const DType a : kAllDTypes) {
    for (const DType b : kAllDTypes) {
      EXPECT_EQ(name_of(promote(a, b)), kTable[static_cast<int>(a)][static_cast<int>(b)])
          << name_of(a) << " with " << name_of(b);
    }
    EXPECT_EQ(promote_weak(a, kBool), a);
    EXPECT_EQ(promote_weak(a, kInt64), a == kBool ? kInt64 : a);
    EXPECT_EQ(promote_weak(a, kFloat32), is_floating(a) ? a : kFloat32);
    EXPECT_EQ(to_floating(a), is_floating(a) ? a : kFloat32);
  }
}

TEST(Scalar, WordsAreWhatKernelsTake) {
  EXPECT_EQ(Scalar(-1).word_as(kInt8), 0xffffffffu);
  EXPECT_EQ(Scalar(200).word_as(kInt8), 0xffffffc8u);
  EXPECT_EQ(Scalar(-1).word_as(kUInt8), 0xffu);
  EXPECT_EQ(Scalar(0x18000).word_as(kInt16), 0xffff8000u);
  EXPECT_EQ(Scalar(-1).word_as(kInt32), 0xffffffffu);
  EXPECT_EQ(Scalar(0.999).word_as(kBFloat16), Scalar(0.999).word_as(kFloat32));
  EXPECT_EQ(Scalar(0.1).word_as(kFloat64), std::bit_cast<uint64_t>(0.1));
  for (const DType dtype : kAllDTypes) {
    EXPECT_EQ(Scalar::from_word(dtype, Scalar(1).word_as(dtype)).to_double(), 1);
    if (is_integral(dtype) && dtype != kUInt8) {
      EXPECT_EQ(Scalar::from_word(dtype, Scalar(-7).word_as(dtype)).to_int64(), -7);
    }
  }
}

TEST(Scalar, HoldsWhatItsDTypeHolds) {
  EXPECT_EQ(Scalar(0.1).held_as(kFloat16).to_double(), 0.0999755859375);
  EXPECT_EQ(Scalar(0.999).held_as(kBFloat16).to_double(), 1.0);
  EXPECT_EQ(Scalar(300).held_as(kUInt8).to_int64(), 44);
  EXPECT_EQ(Scalar(1e300).held_as(kFloat16).to_double(), std::numeric_limits<double>::infinity());
}

TEST(Scalar, TakesUnsignedIntegersOfEightBytes) {
  const Scalar large = uint64_t{0x8000000000000800};
  EXPECT_EQ(large.category(), kInt64);
  EXPECT_EQ(large.to_double(), 0x1.0000000000001p63);
  EXPECT_EQ(Scalar::from_bits(kFloat32, large.bits_as(kFloat32)).to_double(), 0x1p63);
  EXPECT_EQ(to_string(large), "9223372036854777856");
  EXPECT_EQ(large.word_as(kInt64), 0x8000000000000800u);
  EXPECT_EQ(to_string(Scalar(uint64_t{7})), "7");
}

TEST(Elements, DifferInBitsButForNaNs) {
  const float a[] = {1, std::nanf("1"), 0.0f};
  const float b[] = {1, -std::nanf("2"), -0.0f};
  EXPECT_EQ(first_difference(kFloat32, a, b, 2), -1);
  EXPECT_EQ(first_difference(kFloat32, a, b, 3), 2);
  EXPECT_EQ(first_difference(kInt32, a, b, 3), 1);
  const uint16_t half[] = {0x7e00, 0x7c00, 0xfe01};
  EXPECT_TRUE(is_nan(kFloat16, half[0]) && is_nan(kFloat16, half[2]));
  EXPECT_FALSE(is_nan(kFloat16, half[1]) || is_nan(kBFloat16, half[0]) || is_nan(kInt16, half[0]));
  EXPECT_TRUE(is_nan(kBFloat16, 0x7f81) && is_nan(kFloat64, 0xfff0000000000001));
  EXPECT_FALSE(is_nan(kBFloat16, 0x7f80) || is_nan(kFloat64, 0x7ff0000000000000));
}

TEST(TensorType, SpellsDTypeAndShape) {
  EXPECT_EQ(to_string(TensorType{kFloat32, {2, 3}}), "f32[2, 3]");
  EXPECT_EQ(to_string(TensorType{kBool, {}}), "bool[]");
  EXPECT_NE((TensorType{kFloat32, {2}}), (TensorType{kInt64, {2}}));
}

}  // namespace
}  // namespace lazuli
