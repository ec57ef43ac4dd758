// What the formulas of an entry or of a scalar function may name.
#pragma once

#include "codegen/catalogue/entry.h"
#include "codegen/formula/typed.h"

namespace lazuli::codegen {

formula::Type type_of(DType dtype);
// Of an elementwise entry that computes in `dtype`.
formula::Scope scope_of(const Catalogue& catalogue, const Entry& entry, DType dtype);
// A scalar function sees those that stand before it.
formula::Scope scope_of(const Catalogue& catalogue, const ScalarFunction& scalar);

}  // namespace lazuli::codegen
