// Small numbers that stand for tensor types, so that the tape compares a word instead of a shape.
#pragma once

#include <cstdint>

#include "lazuli/core/shape.h"

namespace lazuli::trace {

// Equal ids mean equal types. A type that has not been asked for in a while may get a new id: the
// table is bounded. Thread-safe.
uint64_t type_id_of(const TensorType& type);

}  // namespace lazuli::trace
