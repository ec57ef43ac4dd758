#include "lazuli/op/op.h"

#include "lazuli/core/scalar.h"
#include "lazuli/op/tables.h"

namespace lazuli::op {
namespace {

DType dtype_of(kernel::Type type) {
  switch (type) {
    case kernel::Type::mask:
      return DType::boolean;
    case kernel::Type::i64:
      return DType::i64;
    case kernel::Type::f64:
      return DType::f64;
    case kernel::Type::f32:
    case kernel::Type::i32:  // no dtype is held in it
      break;
  }
  return DType::f32;
}

}  // namespace

const Traits& traits_of(OpKind kind) { return tables::row_of(tables::kTraits, kind); }

std::string_view name_of(OpKind kind) { return traits_of(kind).name; }

kernel::Value build_element(OpKind kind, kernel::Builder& builder,
                            std::span<const kernel::Value> operands,
                            std::span<const int64_t> attributes) {
  const Traits& traits = traits_of(kind);
  LZ_ASSERT(traits.category == Category::elementwise, "{} has no formula", traits.name);
  LZ_ASSERT(static_cast<int>(operands.size()) == traits.operands + traits.takes_index,
            "{} takes {} operands; got {}", traits.name, traits.operands + traits.takes_index,
            operands.size());
  const int leading = tables::row_of(tables::kTypeRules, kind).leading_operand;
  const DType dtype = dtype_of(operands[leading].type);
  const tables::Formula formula =
      tables::kFormulas[static_cast<int>(kind)][static_cast<int>(dtype)];
  LZ_ASSERT(formula, "{} has no formula for {}", traits.name, lazuli::name_of(dtype));
  return formula(builder, operands, attributes);
}

kernel::Combine combine_of(OpKind kind) {
  LZ_ASSERT(traits_of(kind).category == Category::reduction, "{} folds nothing", name_of(kind));
  return tables::row_of(tables::kReductionRules, kind).combine;
}

uint64_t empty_bits(OpKind kind, DType dtype) {
  return Scalar(tables::row_of(tables::kReductionRules, kind).empty).word_as(dtype);
}

}  // namespace lazuli::op
