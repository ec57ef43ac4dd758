#include "lazuli/functions/strided_copy.h"

#include <cstring>

namespace lazuli {
namespace {

// Steps in elements. Elements are copied as bytes: a file or a foreign buffer may hold them
// anywhere.
template <size_t size>
void copy_row(char* target, int64_t target_step, const char* source, int64_t source_step,
              int64_t count) {
  constexpr auto width = static_cast<int64_t>(size);
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(target + i * target_step * width, source + i * source_step * width, size);
  }
}

}  // namespace

void copy_strided(void* target, const Layout& target_layout, const void* source,
                  const Layout& source_layout, int64_t element_size) {
  const Shape& shape = source_layout.shape;
  const int64_t count = shape.product();
  char* to = static_cast<char*>(target) + target_layout.offset * element_size;
  const char* from = static_cast<const char*>(source) + source_layout.offset * element_size;
  if (count == 0) return;
  if (is_contiguous(target_layout) && is_contiguous(source_layout)) {
    std::memcpy(to, from, static_cast<size_t>(count * element_size));
    return;
  }
  const int last = shape.rank() - 1;
  Dims index = Dims::filled(last, 0);  // of the row; a rank-0 tensor is contiguous
  const int64_t rows = count / shape[last];
  for (int64_t row = 0; row < rows; ++row) {
    int64_t target_offset = 0;
    int64_t source_offset = 0;
    for (int dim = 0; dim < last; ++dim) {
      target_offset += index[dim] * target_layout.strides[dim];
      source_offset += index[dim] * source_layout.strides[dim];
    }
    char* row_to = to + target_offset * element_size;
    const char* row_from = from + source_offset * element_size;
    const int64_t target_step = target_layout.strides[last];
    const int64_t source_step = source_layout.strides[last];
    switch (element_size) {
      case 1:
        copy_row<1>(row_to, target_step, row_from, source_step, shape[last]);
        break;
      case 2:
        copy_row<2>(row_to, target_step, row_from, source_step, shape[last]);
        break;
      case 4:
        copy_row<4>(row_to, target_step, row_from, source_step, shape[last]);
        break;
      default:
        copy_row<8>(row_to, target_step, row_from, source_step, shape[last]);
    }
    for (int dim = last - 1; dim >= 0 && ++index[dim] == shape[dim]; --dim) index[dim] = 0;
  }
}

}  // namespace lazuli
