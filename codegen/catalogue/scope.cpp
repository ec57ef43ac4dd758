#include "codegen/catalogue/scope.h"

#include "lazuli/kernel/kernel.h"

namespace lazuli::codegen {
formula::Type type_of(DType dtype) { return kernel::type_of(dtype); }

namespace {

// The scalar functions before `end`.
void add_scalars(const Catalogue& catalogue, size_t end, formula::Scope& scope) {
  for (size_t i = 0; i < end; ++i) scope.scalar_names.push_back(catalogue.scalars[i].name);
  scope.scalar_arity = [&catalogue, end](const std::string& name) {
    for (size_t i = 0; i < end; ++i) {
      const ScalarFunction& scalar = catalogue.scalars[i];
      if (scalar.name == name) return static_cast<int>(scalar.parameters.size());
    }
    return -1;
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
  scope.attributes = entry.recorded.attributes;
  add_scalars(catalogue, catalogue.scalars.size(), scope);
  return scope;
}

formula::Scope scope_of(const Catalogue& catalogue, const ScalarFunction& scalar) {
  formula::Scope scope;
  for (const std::string& parameter : scalar.parameters) {
    scope.parameters.push_back({parameter, formula::Type::f32});
  }
  size_t own = 0;
  while (own < catalogue.scalars.size() && &catalogue.scalars[own] != &scalar) ++own;
  add_scalars(catalogue, own, scope);
  return scope;
}

}  // namespace lazuli::codegen
