// Products of f32 matrices by oneDNN, as one thread, and for which of them it is the faster
// library. Knows nothing of batches and of how products are cut.
#pragma once

#include <cstdint>

namespace lazuli::cpu::onednn {

// result[rows, columns] = sum over `depth` of a[rows, depth] * b[columns, depth], leading
// dimensions in elements. Other ways to lie are left to OpenBLAS: oneDNN's code for them takes 20
// ms to compile in each process.
struct Product {
  int64_t rows, columns, depth;
  int64_t a_leading, b_leading, result_leading;
};

// Whether this machine's oneDNN is worth asking at all: it has AVX-512. (With AVX2 it is nowhere
// faster than OpenBLAS.)
bool is_here();

// Whether oneDNN is faster than OpenBLAS, by a table that bench/libraries.cpp holds against
// measurements. Depends on the sizes alone.
bool is_faster(const Product& product);

// The result's old contents don't matter. Within one OpenMP thread (blas::Scope). The process's
// first product takes 3 ms more. False, with nothing written, where oneDNN can't: without memory,
// and while the process ends.
bool multiply(const Product& product, const float* a, const float* b, float* result);

}  // namespace lazuli::cpu::onednn
