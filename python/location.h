// The line of Python that calls, as the line of the user's program. Knows nothing of tensors.
#pragma once

#include "lazuli/base/source_location.h"

namespace lazuli::python {

// File and line of the innermost Python frame. A place in the program costs a walk through its
// code's line table once, a look-up afterwards.
SourceLocation here();

}  // namespace lazuli::python
