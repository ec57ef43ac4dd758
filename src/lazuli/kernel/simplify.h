// Exact identities: what an instruction is equal to without computing it. Private to this folder.
#pragma once

#include <vector>

#include "lazuli/kernel/builder.h"

namespace lazuli::kernel {

// The value that `instruction` (operands are ids in `code`) has in every bit for every input, all
// NaNs being equal; no value where none is known. Operands that are constants are computed with.
// May write other instructions with `builder`, whose code `code` is.
Value simplify(Builder& builder, const std::vector<Instruction>& code, Instruction instruction);

}  // namespace lazuli::kernel
