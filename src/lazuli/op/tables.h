// The tables that lazuli-gen writes for this folder, one row a kind in the order of OpKind, and the
// functions that infer.cpp shares with its siblings. Not for other folders.
#pragma once

#include <string>

#include "lazuli/base/check.h"
#include "lazuli/op/op.h"

namespace lazuli::op::tables {

// Sets of dtypes, one bit each.
constexpr unsigned bit_of(DType dtype) { return 1u << static_cast<int>(dtype); }
inline constexpr unsigned k_bool = bit_of(DType::boolean);
inline constexpr unsigned k_u8 = bit_of(DType::u8);
inline constexpr unsigned k_i8 = bit_of(DType::i8);
inline constexpr unsigned k_i16 = bit_of(DType::i16);
inline constexpr unsigned k_i32 = bit_of(DType::i32);
inline constexpr unsigned k_i64 = bit_of(DType::i64);
inline constexpr unsigned k_f16 = bit_of(DType::f16);
inline constexpr unsigned k_bf16 = bit_of(DType::bf16);
inline constexpr unsigned k_f32 = bit_of(DType::f32);
inline constexpr unsigned k_f64 = bit_of(DType::f64);
inline constexpr unsigned k_int = k_u8 | k_i8 | k_i16 | k_i32 | k_i64;
inline constexpr unsigned k_float = k_f16 | k_bf16 | k_f32 | k_f64;
inline constexpr int kMaxNamedOperands = 4;

enum class Result : uint8_t {
  operand,  // the dtype that the kind computes in: the leading operand's
  boolean,
  i64,
  attribute  // attribute 0
};

struct TypeRule {
  Result result;
  unsigned dtypes;      // that the kind computes in
  int leading_operand;  // the first without a dtype of its own
  const char* operand_names[kMaxNamedOperands];
  unsigned operand_dtypes[kMaxNamedOperands];  // those of their own dtype; 0 for the others
};

struct ReductionRule {
  kernel::Combine combine = kernel::Combine::sum;
  bool has_empty = false;  // a fold over no elements gives `empty`
  double empty = 0;
};

using Formula = kernel::Value (*)(kernel::Builder& builder, std::span<const kernel::Value> operands,
                                  std::span<const int64_t> attributes);

extern const Traits kTraits[kOpKindCount];
extern const TypeRule kTypeRules[kOpKindCount];
extern const std::string_view kFunctionNames[];  // in the order of Function
extern const ReductionRule kReductionRules[kOpKindCount];
extern const Formula kFormulas[kOpKindCount][kDTypeCount];

template <typename Row>
const Row& row_of(const Row (&rows)[kOpKindCount], OpKind kind) {
  return rows[static_cast<int>(kind)];
}

}  // namespace lazuli::op::tables

namespace lazuli::op {

// "f32[4, 3] and f32[5, 2]": what a mistake's message says was given.
std::string text_of(std::span<const TensorType> types);

// The shapes of the kinds in infer_index.cpp, dtypes being checked.
Shape infer_gather(const Application& application);
Shape infer_narrow_write(const Application& application);
Shape infer_strided_write(const Application& application);
// Elements of `shape` in steps of the attributes lie within operand 0.
void check_strides(const Application& application, const Shape& shape);
Shape infer_cat(const Application& application);
Shape infer_scatter(const Application& application);

}  // namespace lazuli::op
