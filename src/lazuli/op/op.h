// What each operator is, apart from any program that uses it: traits, result type, and the formula
// of one element. The tables behind these functions are generated from ops/*.yaml; a composite
// operator has no kind, because it is traced through. Knows nothing of tapes, graphs or gradients.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lazuli/core/scalar.h"
#include "lazuli/core/shape.h"
#include "lazuli/kernel/builder.h"
#include "lazuli/op/function_names.gen.h"
#include "lazuli/op/kinds.gen.h"  // enum class OpKind : uint16_t { add, amax, ... }; kOpKindCount

namespace lazuli::op {

enum class Category : uint8_t {
  elementwise,  // operands broadcast; build_element gives one element. Includes creation (fill,
                // arange)
  reduction,    // folds some dimensions; reduction_of
  view,         // an index map over operand 0, no arithmetic
  gather,       // operand 0 is read at places that operand 1 names
  write,        // operand 0 with the region of a view replaced by operand 1
  concat,       // operands one after another along a dimension
  contraction,  // a matrix product
  library       // one hand-written function a back end
};

struct Traits {
  std::string_view name;   // "add"
  std::string_view entry;  // "ops/elementwise.yaml:14"
  Category category;
  int8_t operands;           // tensors and numbers together
  int8_t attributes;         // structural integers (dims, flags, dtypes); -1: any count
  int8_t sizes;              // integers that shape the result; -1: any count
  int8_t offsets;            // integers that only move addresses (narrow's start), launch arguments
  std::string_view failure;  // the device error that is possible ("an index is out of range")
  bool is_random;            // takes a counter range from the generator; never merged with another
  bool takes_index;          // elementwise: build_element gets one operand more, the element's i64
                             // index along dimension 0 of a rank-1 result (arange)

  bool can_fail() const { return !failure.empty(); }
};

// How scatter_fold joins an element of src with the one at its place.
enum class ScatterFold : int64_t { product, max, min };

const Traits& traits_of(OpKind kind);
std::string_view name_of(OpKind kind);
// Of the unnamed one it is empty.
std::string_view name_of(Function function);

// An operator applied, as far as its result's type depends on it.
struct Application {
  OpKind kind;
  std::span<const TensorType> operands;  // a number is a rank-0 type
  std::span<const int64_t> attributes;
  std::span<const int64_t> sizes;
};

// The result's type. Throws the caller's mistake (ValueError, TypeError, IndexError) as
// "mm: need self.shape[1] == mat2.shape[0]; got f32[4, 3] and f32[5, 2]".
TensorType infer(const Application& application);

// The place of the operand whose dtype the kind computes in.
int leading_operand(OpKind kind);

// Elementwise: one element of the result from one element of each operand, already of the types
// that the operands have (a number is a `once` value). `dtype` is the leading operand's; the result
// is one that its own dtype holds: it wraps and rounds as the operator alone would.
kernel::Value build_element(OpKind kind, DType dtype, kernel::Builder& builder,
                            std::span<const kernel::Value> operands,
                            std::span<const int64_t> attributes);

// Reduction: how elements of `dtype` fold. Sums of f16 and bf16 are f32 until they are stored. The
// dimensions that fold are attributes: [keepdim, dim...] in increasing order, never negative.
kernel::Combine combine_of(OpKind kind, DType dtype);
// What a reduction over no elements gives. An operator without identity has thrown in infer.
Scalar empty_value(OpKind kind);

}  // namespace lazuli::op
