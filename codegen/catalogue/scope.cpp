#include "codegen/catalogue/scope.h"

#include "codegen/catalogue/dtypes.h"

namespace lazuli::codegen {
namespace {

// The scalar functions before `end`, and fractions of `type`.
void add_scalars(const Catalogue& catalogue, size_t end, formula::Type type,
                 formula::Scope& scope) {
  scope.fraction = type;
  for (size_t i = 0; i < end; ++i) scope.scalar_names.push_back(catalogue.scalars[i].name);
  scope.scalar_arity = [&catalogue, end](const std::string& name, formula::Type type) {
    for (size_t i = 0; i < end; ++i) {
      const ScalarFunction& scalar = catalogue.scalars[i];
      if (scalar.name != name) continue;
      return scalar.definitions.count(type) ? static_cast<int>(scalar.parameters.size())
                                            : formula::Scope::kOtherType;
    }
    return formula::Scope::kNoScalar;
  };
}

}  // namespace

formula::Scope scope_of(const Catalogue& catalogue, const Entry& entry, DType dtype) {
  formula::Scope scope;
  for (const std::string& operand : entry.recorded.operands) {
    const auto own = entry.argument_dtypes.find(operand);
    scope.parameters.push_back(
        {operand, type_of(own == entry.argument_dtypes.end() ? dtype : own->second)});
  }
  if (entry.takes_index) scope.parameters.push_back({"index", formula::Type::i64});
  if (type_of(dtype) == formula::Type::i32) scope.integer = formula::Type::i32;
  scope.attributes = entry.recorded.attributes;
  add_scalars(catalogue, catalogue.scalars.size(),
              dtype == kFloat64 ? formula::Type::f64 : formula::Type::f32, scope);
  return scope;
}

formula::Scope scope_of(const Catalogue& catalogue, const ScalarFunction& scalar,
                        formula::Type type) {
  formula::Scope scope;
  for (const std::string& parameter : scalar.parameters) {
    scope.parameters.push_back({parameter, type});
  }
  size_t own = 0;
  while (own < catalogue.scalars.size() && &catalogue.scalars[own] != &scalar) ++own;
  if (type == formula::Type::f32) scope.integer = formula::Type::i32;
  add_scalars(catalogue, own, type, scope);
  return scope;
}

}  // namespace lazuli::codegen
