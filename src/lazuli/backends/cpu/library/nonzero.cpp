#include <vector>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kPart = 64 * 1024;  // elements of a task

}  // namespace

// Every part is counted, so that each knows where its places begin.
void nonzero_places(const backend::LibraryCall& call) {
  const backend::TensorArgument& mask = call.operands[0];
  const Shape& shape = mask.shape;
  const int rank = shape.rank();
  const int64_t count = shape.product();
  const int64_t parts = (count + kPart - 1) / kPart;
  auto* places = reinterpret_cast<int64_t*>(call.result.data);
  std::vector<int64_t> begins(static_cast<size_t>(parts) + 1, 0);
  const auto visit = [&](int64_t part, const auto& take) {
    const int64_t first = part * kPart;
    const int64_t last = std::min(first + kPart, count);
    if (is_contiguous({shape, mask.strides, 0})) {
      for (int64_t i = first; i < last; ++i) take(i, mask.data[i]);
      return;
    }
    Walk<1> walk(shape, {&mask.strides}, first);
    for (int64_t i = first; i < last; ++i, walk.advance()) take(i, mask.data[walk.offsets[0]]);
  };
  runtime::parallel_for(parts, [&](int64_t part) {
    int64_t found = 0;
    visit(part, [&](int64_t, char holds) { found += holds; });
    begins[static_cast<size_t>(part) + 1] = found;
  });
  for (size_t part = 1; part < begins.size(); ++part) begins[part] += begins[part - 1];
  LZ_ASSERT(begins.back() == call.result.shape[0], "nonzero: {} places for {}",
            call.result.shape[0], begins.back());
  runtime::parallel_for(parts, [&](int64_t part) {
    int64_t* to = places + begins[static_cast<size_t>(part)] * rank;
    const int64_t* end = places + begins[static_cast<size_t>(part) + 1] * rank;
    if (rank == 1) {  // written whether it counts or not, while there is room for one
      visit(part, [&](int64_t i, char holds) {
        if (to == end) return;
        *to = i;
        to += holds;
      });
      return;
    }
    visit(part, [&](int64_t i, char holds) {
      if (!holds) return;
      for (int dim = rank; dim-- > 0; i /= shape[dim]) to[dim] = i % shape[dim];
      to += rank;
    });
  });
}

}  // namespace lazuli::cpu
