// Result types and the messages of wrong calls.
#include <gtest/gtest.h>

#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/op/op.h"

namespace lazuli::op {
namespace {

struct Call {
  OpKind kind;
  std::vector<TensorType> operands;
  std::vector<int64_t> attributes = {};
  std::vector<int64_t> sizes = {};
};

TensorType f32(const Shape& shape = {}) { return {DType::f32, shape}; }
TensorType i64(const Shape& shape = {}) { return {DType::i64, shape}; }
TensorType boolean(const Shape& shape = {}) { return {DType::boolean, shape}; }

std::string type_of(const Call& call) {
  return to_string(infer({call.kind, call.operands, call.attributes, call.sizes}));
}
template <typename Kind>
std::string mistake_of(const Call& call) {
  try {
    return "no mistake: " + type_of(call);
  } catch (const Kind& error) {
    return error.what();
  }
}

TEST(Infer, Elementwise) {
  EXPECT_EQ(type_of({OpKind::add, {f32({2, 1}), f32({3}), f32()}}), "f32[2, 3]");
  EXPECT_EQ(type_of({OpKind::lt, {i64({4}), i64()}}), "bool[4]");
  EXPECT_EQ(type_of({OpKind::where, {boolean({2, 1}), f32({3}), f32()}}), "f32[2, 3]");
  EXPECT_EQ(type_of({OpKind::to, {f32({3})}, {static_cast<int64_t>(DType::i64)}}), "i64[3]");
  EXPECT_EQ(type_of({OpKind::fill, {boolean()}, {}, {2, 0}}), "bool[2, 0]");
  EXPECT_EQ(type_of({OpKind::arange, {i64(), i64()}, {}, {7}}), "i64[7]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::sub, {boolean({2}), boolean({2}), boolean()}}),
            "sub: need float or int; got bool[2], bool[2] and bool[]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::exp, {i64({2})}}), "exp: need float; got i64[2]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::mul, {i64({2}), f32({2})}}),
            "mul: need operands of one dtype; got i64[2] and f32[2]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::where, {f32({2}), f32({2}), f32()}}),
            "where: need condition of bool; got f32[2]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::mul, {f32({2, 3}), f32({4})}}),
            "mul: shapes [2, 3] and [4] do not broadcast: dimension 1 is 3 and 4");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::fill, {f32()}, {}, {2, -1}}),
            "fill: need extents of at least 0; got [2, -1]");
}

TEST(Infer, EveryDType) {
  const auto of = [](DType dtype, const Shape& shape = {}) { return TensorType{dtype, shape}; };
  for (const DType dtype : kAllDTypes) {
    const std::string name(lazuli::name_of(dtype));
    EXPECT_EQ(type_of({OpKind::mul, {of(dtype, {2}), of(dtype)}}), name + "[2]");
    EXPECT_EQ(type_of({OpKind::eq, {of(dtype, {2}), of(dtype)}}), "bool[2]");
    EXPECT_EQ(type_of({OpKind::amax, {of(dtype, {2})}, {0, 0}}), name + "[]");
    EXPECT_EQ(type_of({OpKind::to, {of(dtype, {2})}, {static_cast<int64_t>(kFloat16)}}), "f16[2]");
    EXPECT_EQ(type_of({OpKind::gather, {of(dtype, {3}), i64({2})}, {0}}), name + "[2]");
    if (dtype != kBool) {
      EXPECT_EQ(type_of({OpKind::mm, {of(dtype, {2, 3}), of(dtype, {3, 1})}}), name + "[2, 1]");
    }
    if (is_floating(dtype)) {
      EXPECT_EQ(type_of({OpKind::exp, {of(dtype, {2})}}), name + "[2]");
    }
  }
  EXPECT_EQ(mistake_of<TypeError>({OpKind::sum, {of(kUInt8, {2})}, {0, 0}}),
            "sum: need float or i64; got u8[2]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::add, {of(kFloat16, {2}), of(kBFloat16), of(kFloat16)}}),
            "add: need operands of one dtype; got f16[2], bf16[] and f16[]");
}

TEST(Infer, Reduction) {
  EXPECT_EQ(type_of({OpKind::sum, {f32({2, 3, 4})}, {0, 0, 2}}), "f32[3]");
  EXPECT_EQ(type_of({OpKind::sum, {f32({2, 3, 4})}, {1, 0, 2}}), "f32[1, 3, 1]");
  EXPECT_EQ(type_of({OpKind::sum, {f32({2, 0})}, {0, 1}}), "f32[2]");
  EXPECT_EQ(type_of({OpKind::amax, {i64()}, {1}}), "i64[]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::amax, {f32({2, 0})}, {0, 1}}),
            "amax: need at least one element along dimension 1; got f32[2, 0]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::sum, {boolean({2})}, {0, 0}}),
            "sum: need float or i64; got bool[2]");
}

TEST(Infer, View) {
  EXPECT_EQ(type_of({OpKind::view, {f32({2, 6})}, {}, {3, 4}}), "f32[3, 4]");
  EXPECT_EQ(type_of({OpKind::expand, {f32({3, 1})}, {}, {2, 3, 5}}), "f32[2, 3, 5]");
  EXPECT_EQ(type_of({OpKind::permute, {f32({2, 3, 4})}, {2, 0, 1}}), "f32[4, 2, 3]");
  EXPECT_EQ(type_of({OpKind::narrow, {f32({2, 3})}, {1}, {2}}), "f32[2, 2]");
  EXPECT_EQ(type_of({OpKind::select, {f32({2, 3})}, {0}}), "f32[3]");
  EXPECT_EQ(type_of({OpKind::slice, {f32({2, 7})}, {1, 3}, {3}}), "f32[2, 3]");
  EXPECT_EQ(type_of({OpKind::diagonal, {f32({2, 3, 4})}, {2, 0}, {2}}), "f32[3, 2]");
  EXPECT_EQ(type_of({OpKind::as_strided, {f32({6})}, {2, 1}, {2, 3}}), "f32[2, 3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::slice, {f32({2, 7})}, {1, 3}, {4}}),
            "slice: need a step above 0 and elements of f32[2, 7]; got 4 in steps of 3");
  EXPECT_EQ(mistake_of<IndexError>({OpKind::diagonal, {f32({2, 3})}, {1, 1}, {2}}),
            "diagonal: need two dimensions of f32[2, 3]; got 1 and 1");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::as_strided, {f32({6})}, {4, 1}, {2, 3}}),
            "as_strided: need elements of f32[6]; got [2, 3] in steps of [4, 1]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::view, {f32({2, 3})}, {}, {4, 2}}),
            "view: need a shape of 6 elements; got [4, 2] for f32[2, 3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::expand, {f32({3})}, {}, {4}}),
            "expand: need 3 in dimension 0; got [4] for f32[3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::permute, {f32({2, 3})}, {0, 0}}),
            "permute: need each dimension of f32[2, 3] once; got [0, 0]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::narrow, {f32({2, 3})}, {1}, {4}}),
            "narrow: need a length from 0 to 3; got 4 for f32[2, 3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::expand, {f32({1})}, {}, {int64_t{1} << 40, 1 << 30}}),
            "expand: need at most 2^63 elements; got [1099511627776, 1073741824]");
}

TEST(Infer, Indexing) {
  EXPECT_EQ(type_of({OpKind::gather, {f32({2, 3}), i64({2, 5})}, {1}}), "f32[2, 5]");
  EXPECT_EQ(type_of({OpKind::narrow_write, {f32({2, 3}), f32({2, 1})}, {1}}), "f32[2, 3]");
  EXPECT_EQ(type_of({OpKind::strided_write, {f32({2, 3}), f32({2})}, {4}}), "f32[2, 3]");
  EXPECT_EQ(type_of({OpKind::cat, {i64({2, 3}), i64({2, 1}), i64({2, 0})}, {1}}), "i64[2, 4]");
  EXPECT_EQ(type_of({OpKind::scatter_add, {f32({4}), i64({9}), f32({9})}, {0}}), "f32[4]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::gather, {f32({2}), f32({2})}, {0}}),
            "gather: need index of i64; got f32[2]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::gather, {f32({2, 3}), i64({3, 3})}, {1}}),
            "gather: need index no larger than self but in dimension 1; got f32[2, 3] and "
            "i64[3, 3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::cat, {f32({2, 3}), f32({3, 3})}, {1}}),
            "cat: need equal shapes but in dimension 1; got f32[2, 3] and f32[3, 3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::scatter_add, {f32({4}), i64({9}), f32({8})}, {0}}),
            "scatter_add: need index no larger than src; got f32[4], i64[9] and f32[8]");
}

TEST(Infer, ContractionAndRandom) {
  EXPECT_EQ(type_of({OpKind::mm, {f32({4, 3}), f32({3, 2})}}), "f32[4, 2]");
  EXPECT_EQ(type_of({OpKind::bmm, {f32({2, 5, 4, 3}), f32({2, 5, 3, 2})}}), "f32[2, 5, 4, 2]");
  EXPECT_EQ(type_of({OpKind::multinomial, {f32({2, 9}), i64(), i64()}, {0}, {3}}), "i64[2, 3]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::bmm, {f32({2, 4, 3}), f32({1, 3, 2})}}),
            "bmm: need two batches of matrices of one size; got f32[2, 4, 3] and f32[1, 3, 2]");
  const auto dtype = [](DType value) { return static_cast<int64_t>(value); };
  EXPECT_EQ(type_of({OpKind::rand, {i64(), i64()}, {dtype(kFloat32)}, {5}}), "f32[5]");
  EXPECT_EQ(type_of({OpKind::rand, {i64(), i64()}, {dtype(kFloat16)}, {5}}), "f16[5]");
  EXPECT_EQ(mistake_of<TypeError>({OpKind::rand, {i64(), i64()}, {dtype(kInt32)}, {5}}),
            "rand: need float; got i32");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::mm, {f32({4, 3}), f32({5, 2})}}),
            "mm: need self.shape[1] == mat2.shape[0]; got f32[4, 3] and f32[5, 2]");
  EXPECT_EQ(mistake_of<ValueError>({OpKind::mm, {f32({4}), f32({5, 2})}}),
            "mm: need two matrices; got f32[4] and f32[5, 2]");
}

}  // namespace
}  // namespace lazuli::op
