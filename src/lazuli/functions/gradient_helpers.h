// What gradient rules need beside the catalogue's functions.
#pragma once

#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/gradient_rule.h"

namespace lazuli {

// Operand `i`, which was a tensor in one call and a number in another.
Term term(const GradientCall& call, size_t i);

// Of a reduction: its result, or the gradient of that, with the folded dimensions back as extents
// of 1, so that it broadcasts against the operand.
Tensor spread(const Tensor& folded, const GradientCall& call);
// Of a reduction that picks elements: each group's gradient in equal parts to those that `mask`
// names, of the operand's shape.
Tensor share(const Tensor& grad, const Tensor& mask, const GradientCall& call);
// Of slice, diagonal and as_strided: what came from each element of the operand; of elements that
// as_strided repeats, the sum.
Tensor return_slice(const Tensor& grad, const GradientCall& call);
Tensor return_diagonal(const Tensor& grad, const GradientCall& call);
Tensor return_strided(const Tensor& grad, const GradientCall& call);
// Of strided_write: the gradient of what was written, and of what it was written over.
Tensor written(const Tensor& grad, const GradientCall& call);
Tensor written_over(const Tensor& grad, const GradientCall& call);
// Of gather: what came from each element of the operand. Where each line gives one element, a
// comparison with the line's indices, which fuses; elsewhere a scatter.
Tensor return_gathered(const Tensor& grad, const Tensor& index, const GradientCall& call);
// Of a matrix product: the gradient a b of operand `place`. Where that operand was a transposed
// view, the product is worked out transposed, so that the gradient of what it shows lies in order.
Tensor product(const Tensor& a, const Tensor& b, size_t place, const GradientCall& call);
// Of permute: the dimensions back in their order.
Tensor inverse_permute(const Tensor& grad, const GradientCall& call);
// Of cat: to each operand its part.
void cat_gradients(const GradientCall& call, const Tensor& grad, std::span<Tensor> gradients);

}  // namespace lazuli
