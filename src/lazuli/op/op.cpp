#include "lazuli/op/op.h"

#include "lazuli/core/scalar.h"
#include "lazuli/op/tables.h"

namespace lazuli::op {
const Traits& traits_of(OpKind kind) { return tables::row_of(tables::kTraits, kind); }

std::string_view name_of(OpKind kind) { return traits_of(kind).name; }

std::string_view name_of(Function function) {
  return tables::kFunctionNames[static_cast<uint32_t>(function)];
}

int leading_operand(OpKind kind) {
  return tables::row_of(tables::kTypeRules, kind).leading_operand;
}

kernel::Value build_element(OpKind kind, DType dtype, kernel::Builder& builder,
                            std::span<const kernel::Value> operands,
                            std::span<const int64_t> attributes) {
  const Traits& traits = traits_of(kind);
  LZ_ASSERT(traits.category == Category::elementwise, "{} has no formula", traits.name);
  LZ_ASSERT(static_cast<int>(operands.size()) == traits.operands + traits.takes_index,
            "{} takes {} operands; got {}", traits.name, traits.operands + traits.takes_index,
            operands.size());
  const tables::Formula formula =
      tables::kFormulas[static_cast<int>(kind)][static_cast<int>(dtype)];
  LZ_ASSERT(formula, "{} has no formula for {}", traits.name, lazuli::name_of(dtype));
  const kernel::Value value = formula(builder, operands, attributes);
  const tables::Result result = tables::row_of(tables::kTypeRules, kind).result;
  if (result == tables::Result::boolean) return value;
  const bool is_cast = result == tables::Result::attribute;
  return builder.wrap(value, is_cast ? static_cast<DType>(attributes[0]) : dtype);
}

kernel::Combine combine_of(OpKind kind, DType dtype) {
  LZ_ASSERT(traits_of(kind).category == Category::reduction, "{} folds nothing", name_of(kind));
  const kernel::Combine combine = tables::row_of(tables::kReductionRules, kind).combine;
  if (dtype != DType::boolean) return combine;
  // Of bools the largest is whether any holds, the least whether all do.
  if (combine == kernel::Combine::max) return kernel::Combine::any;
  return combine == kernel::Combine::min ? kernel::Combine::all : combine;
}

Scalar empty_value(OpKind kind) { return tables::row_of(tables::kReductionRules, kind).empty; }

}  // namespace lazuli::op
