// The functions behind call_library; each takes the call as its operator's entry describes it. They
// share their work by lines and parts that follow from shapes alone.
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

// Operands: self, index (i64), src; attributes: dim, and of scatter_fold an op::ScatterFold. The
// result is self with result[.., index[i], ..] joined with src[i], for all i in row-major order:
// replaced by it, added to it and rounded, or folded. index and src have one rank, and index is
// nowhere larger than self but along dim. The result may lie in self's memory if self is
// contiguous. An index out of range sets the fault and leaves the result as it was.
void scatter(const backend::LibraryCall& call);
void scatter_add(const backend::LibraryCall& call);
void scatter_fold(const backend::LibraryCall& call);

// Attributes: dim, and whether to go from its end. Folds f32 in f64, f16 and bf16 in f32, one
// element after the other, and rounds each to the result: sums, products (from the beginning), and
// r[i] = self[i] + factor[i] * r[i - 1].
void running_sum(const backend::LibraryCall& call);
void running_product(const backend::LibraryCall& call);
void linear_recurrence(const backend::LibraryCall& call);
// Attributes: dim, and whether the least is sought. Where the largest element so far stands, the
// last of equal ones; a NaN is the largest and the least.
void running_place(const backend::LibraryCall& call);

// Attributes: the dimensions along which the elements come in reverse.
void flip(const backend::LibraryCall& call);
// The places of the true elements in row-major order, a row of the result each.
void nonzero_places(const backend::LibraryCall& call);
// Operands: self and a mask, both [N]. The elements of self where the mask holds, one after
// another.
void selected(const backend::LibraryCall& call);

// Attributes: dim, and whether the greatest come first. The places of the elements in their order;
// equal ones in the order in which they stand, a NaN being the greatest and equal to any other.
void sorted_places(const backend::LibraryCall& call);
// The elements of self, [N], in that order, 0 in the place of -0.
void sorted_values(const backend::LibraryCall& call);
// The places of the rows of a matrix in the order that their first different elements have; equal
// ones in the order in which they stand.
void row_places(const backend::LibraryCall& call);
// Attributes: dim, and whether the greatest are wanted. The first places of that order, as many as
// the result holds.
void top_places(const backend::LibraryCall& call);
// Operands: a sorted sequence or one for each line of the values, and the values; attribute:
// whether equal elements come before. How many elements of the sequence come before each value.
void searched_places(const backend::LibraryCall& call);

}  // namespace lazuli::cpu
