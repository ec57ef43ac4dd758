// How many primitives one element of an operation takes, counted from its formula.
#pragma once

#include "lazuli/op/op.h"

namespace lazuli::bench {

// Arithmetic only: loads, stores, constants and numbers are not counted. For elementwise operations
// of one or two f32 operands without attributes.
double primitives_in(op::OpKind kind);

}  // namespace lazuli::bench
