// What the formulas of an entry or of a scalar function may name.
#pragma once

#include "codegen/catalogue/entry.h"
#include "codegen/formula/typed.h"

namespace lazuli::codegen {

// Of an elementwise entry that computes in `dtype`.
formula::Scope scope_of(const Catalogue& catalogue, const Entry& entry, DType dtype);
// Of a scalar function's definition in f32 or f64. It sees those that stand before it.
formula::Scope scope_of(const Catalogue& catalogue, const ScalarFunction& scalar,
                        formula::Type type);

}  // namespace lazuli::codegen
