#include "lazuli/core/layout.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "lazuli/base/format.h"

namespace lazuli {

Dims contiguous_strides(const Shape& shape) {
  Dims strides = Dims::filled(shape.rank(), 1);
  int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= std::max<int64_t>(shape[i], 1);
  }
  return strides;
}

Layout contiguous(const Shape& shape) { return {shape, contiguous_strides(shape), 0}; }

bool is_contiguous(const Layout& layout) {
  bool has_gaps = false;
  int64_t step = 1;
  for (int i = layout.rank() - 1; i >= 0; --i) {
    if (layout.shape[i] == 0) return true;
    if (layout.shape[i] == 1) continue;
    has_gaps |= layout.strides[i] != step;
    step *= layout.shape[i];
  }
  return !has_gaps;
}

bool is_injective(const Layout& layout) {
  std::array<std::pair<int64_t, int64_t>, kMaxRank> axes;  // (|stride|, extent)
  int count = 0;
  for (int i = 0; i < layout.rank(); ++i) {
    if (layout.shape[i] == 0) return true;
    if (layout.shape[i] == 1) continue;
    const std::pair<int64_t, int64_t> axis = {std::abs(layout.strides[i]), layout.shape[i]};
    int place = count++;  // in increasing order
    for (; place > 0 && axis < axes[place - 1]; --place) axes[place] = axes[place - 1];
    axes[place] = axis;
  }
  int64_t reach = 0;  // largest offset that the axes so far make
  for (int i = 0; i < count; ++i) {
    if (axes[i].first <= reach) return false;
    reach += axes[i].first * (axes[i].second - 1);
  }
  return true;
}

Layout permuted(const Layout& layout, const Dims& order) {
  Layout result = layout;
  for (int i = 0; i < layout.rank(); ++i) {
    result.shape[i] = layout.shape[static_cast<int>(order[i])];
    result.strides[i] = layout.strides[static_cast<int>(order[i])];
  }
  return result;
}

Layout narrowed(const Layout& layout, int dim, int64_t start, int64_t length) {
  Layout result = layout;
  result.offset += start * layout.strides[dim];
  result.shape[dim] = length;
  return result;
}

Layout selected(const Layout& layout, int dim, int64_t index) {
  Layout result = layout;
  result.offset += index * layout.strides[dim];
  result.shape.erase(dim);
  result.strides.erase(dim);
  return result;
}

Layout sliced(const Layout& layout, int dim, int64_t start, int64_t length, int64_t step) {
  Layout result = narrowed(layout, dim, start, length);
  result.strides[dim] *= step;
  return result;
}

Layout diagonal_of(const Layout& layout, int dim1, int dim2, int64_t start1, int64_t start2,
                   int64_t length) {
  const int64_t stride = layout.strides[dim1] + layout.strides[dim2];
  Layout result = selected(layout, std::max(dim1, dim2), dim1 > dim2 ? start1 : start2);
  result = selected(result, std::min(dim1, dim2), dim1 > dim2 ? start2 : start1);
  result.shape.push_back(length);
  result.strides.push_back(stride);
  return result;
}

Layout strided(const Layout& vector, const Shape& shape, const Dims& strides, int64_t start) {
  const int64_t step = vector.strides[0];
  Layout result{shape, strides, vector.offset + start * step};
  for (int i = 0; i < strides.rank(); ++i) result.strides[i] *= step;
  return result;
}

Layout expanded(const Layout& layout, const Shape& shape) {
  Layout result{shape, Dims::filled(shape.rank(), 0), layout.offset};
  const int added = shape.rank() - layout.rank();
  for (int i = 0; i < layout.rank(); ++i) {
    if (layout.shape[i] == shape[i + added]) result.strides[i + added] = layout.strides[i];
  }
  return result;
}

std::optional<Layout> reshaped(const Layout& layout, const Shape& shape) {
  if (layout.numel() == 0) return Layout{shape, contiguous_strides(shape), layout.offset};
  Layout result{shape, Dims::filled(shape.rank(), 1), layout.offset};
  // Walk both shapes from the back; each block of source dimensions that lie evenly in memory is
  // cut into target dimensions.
  int target = shape.rank() - 1;
  int source = layout.rank() - 1;
  while (source >= 0) {
    int64_t block = layout.shape[source];
    const int64_t step = layout.strides[source];
    int64_t outer = step * layout.shape[source];
    --source;
    while (source >= 0 &&
           (layout.shape[source] == 1 || block == 1 || layout.strides[source] == outer)) {
      if (block == 1 && layout.shape[source] != 1) break;
      block *= layout.shape[source];
      outer *= layout.shape[source];
      --source;
    }
    int64_t stride = step;
    int64_t filled = 1;
    while (target >= 0 && (filled < block || shape[target] == 1)) {
      if (filled * shape[target] > block || block % (filled * shape[target]) != 0) {
        return std::nullopt;
      }
      result.strides[target] = stride;
      stride *= shape[target];
      filled *= shape[target];
      --target;
    }
    if (filled != block) return std::nullopt;
  }
  for (; target >= 0; --target) {
    if (shape[target] != 1) return std::nullopt;
  }
  return result;
}

std::pair<int64_t, int64_t> touched_range(const Layout& layout) {
  if (layout.numel() == 0) return {layout.offset, layout.offset};
  int64_t low = layout.offset;
  int64_t high = layout.offset;
  for (int i = 0; i < layout.rank(); ++i) {
    const int64_t reach = layout.strides[i] * (layout.shape[i] - 1);
    (reach < 0 ? low : high) += reach;
  }
  return {low, high + 1};
}

std::string to_string(const Layout& layout) {
  return to_string(layout.shape) + " strides " + to_string(layout.strides) +
         format(" offset {}", layout.offset);
}

}  // namespace lazuli
