// What functions need whose result's size depends on data. Reading it evaluates what is pending and
// is counted (metrics::Counter::sizes_read). Not for users.
#pragma once

#include "lazuli/functions/tensor.h"

namespace lazuli {

// A size that an i64 of one element holds.
int64_t read_size(const Tensor& size, At at);
// The places of the true elements of a mask of bools, a row each.
Tensor true_places(const Tensor& mask, At at);
// The elements of a vector where a mask of as many holds.
Tensor chosen(const Tensor& vector, const Tensor& mask, At at);

}  // namespace lazuli
