// Where the elements of a tensor lie in a block of memory: an extent, a stride and an offset, in
// elements. Views are layouts over the same memory.
#pragma once

#include <optional>
#include <string>

#include "lazuli/core/shape.h"

namespace lazuli {

struct Layout {
  Shape shape;
  Dims strides;        // elements; 0 repeats one element
  int64_t offset = 0;  // elements from the start of the memory

  int rank() const { return shape.rank(); }
  int64_t numel() const { return shape.product(); }
  friend bool operator==(const Layout& a, const Layout& b) {
    return a.offset == b.offset && a.shape == b.shape && a.strides == b.strides;
  }
};

// Row-major strides of a shape. An extent of 0 counts as 1.
Dims contiguous_strides(const Shape& shape);
Layout contiguous(const Shape& shape);
// Elements follow each other in row-major order without gaps (extents of 1 don't matter).
bool is_contiguous(const Layout& layout);
// No two indices name the same element (proven from strides alone; false where in doubt).
bool is_injective(const Layout& layout);

// The index maps of views. Arguments are checked by the caller.
Layout permuted(const Layout& layout, const Dims& order);
Layout narrowed(const Layout& layout, int dim, int64_t start, int64_t length);
Layout selected(const Layout& layout, int dim, int64_t index);
// Every step-th element from start on, length of them.
Layout sliced(const Layout& layout, int dim, int64_t start, int64_t length, int64_t step);
// The elements whose indices along two dimensions are start1 + i and start2 + i; i is the last
// dimension of the result, the two go away.
Layout diagonal_of(const Layout& layout, int dim1, int dim2, int64_t start1, int64_t start2,
                   int64_t length);
// Element i of a vector at the place start + the sum of i times strides.
Layout strided(const Layout& vector, const Shape& shape, const Dims& strides, int64_t start);
// Stride 0 where an extent of 1 grows or a dimension is new in front.
Layout expanded(const Layout& layout, const Shape& shape);
// The same elements under another shape without a copy, or nothing where strides forbid it.
std::optional<Layout> reshaped(const Layout& layout, const Shape& shape);

// The range of elements touched: [low, high) relative to the memory's start; empty for numel 0.
std::pair<int64_t, int64_t> touched_range(const Layout& layout);

// "f32"-less text: "[2, 3] strides [3, 1] offset 0".
std::string to_string(const Layout& layout);

}  // namespace lazuli
