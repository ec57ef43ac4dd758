// The functions behind call_library; each takes the call as its operator's entry describes it.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

// Numbers: a seed and a counter. Element i of the result, in row-major order, is word i % 4 of
// block `counter + i / 4` (modulo 2^64) of the Philox 4x32-10 stream that the seed names, see
// philox.h: its upper 24 bits times 2^-24, so in [0, 1); for f16 the upper 11 and for bf16 the
// upper 8, which they hold. An f64 takes two words, the higher first: 53 bits.
void rand(const backend::LibraryCall& call);

// Numbers: a seed, a counter, low, high. Element i is low plus the upper 64 bits of (high - low)
// times words 2 i and 2 i + 1 of the same stream, the higher first.
void randint(const backend::LibraryCall& call);

// Numbers: a seed and a counter. The numbers from 0 on in an order of which each is equally likely,
// with two words for each element.
void randperm(const backend::LibraryCall& call);

// Operand: self, weights in one or two dimensions; numbers: a seed and a counter; attribute:
// replacement. For each row as many places as the result has, drawn by weight with two words for
// each. Weights that are negative or not finite, and rows without enough weights above 0, set the
// fault.
void multinomial(const backend::LibraryCall& call);

// Operands: self, index (i64), src; attribute: dim. The result is self with
// result[.., index[i], ..] += src[i], for all i in row-major order, each sum rounded. index and src
// have one shape, nowhere larger than self's but along dim. The result may lie in self's memory if
// self is contiguous. An index out of range sets the fault and leaves the result as it was.
void scatter_add(const backend::LibraryCall& call);

}  // namespace lazuli::cpu
