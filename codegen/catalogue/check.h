// What can only be judged, or filled in, with all entries at hand.
#pragma once

#include "codegen/catalogue/load.h"

namespace lazuli::codegen {

// Names are unique, and every expression calls what exists, with types that fit.
void check(const Catalogue& catalogue, Problems& problems);
// Fills in the gradients that follow from formulas (formula/gradient.h). One that calls what the
// catalogue does not have is a mistake: its entry needs `grad`.
void derive_gradients(Catalogue& catalogue, Problems& problems);

}  // namespace lazuli::codegen
