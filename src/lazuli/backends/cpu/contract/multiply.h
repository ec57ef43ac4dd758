// Matrix products on the CPU: f32 and f64 by OpenBLAS or oneDNN, f16 and bf16 by OpenBLAS in f32
// and rounded once, integers by a loop of our own. Products are cut into pieces by their shape
// alone and each piece is computed by one thread, so its bits don't depend on the number of
// threads. (OpenBLAS left to itself gives other bits with two threads than with one for half of all
// shapes.)
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

// result = a b as MatrixProduct says; the result's old contents don't matter. A sum over no k is 0.
// From a queue's current thread.
void multiply(const backend::MatrixProduct& product, const void* a, const void* b, void* result);

}  // namespace lazuli::cpu
