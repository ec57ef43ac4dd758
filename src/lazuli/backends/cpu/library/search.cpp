#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/backends/cpu/library/sort_keys.h"

namespace lazuli::cpu {
namespace {

using backend::TensorArgument;

constexpr int64_t kValues = 4096;  // of a task

// How many of the line's first elements are below the key, or not above it.
template <typename T>
int64_t place_of(const T* line, int64_t length, int64_t step, SortKey<T> key, bool takes_equal) {
  int64_t first = 0;
  while (length > 0) {
    const int64_t half = length / 2;
    const SortKey<T> middle = sort_key(line[(first + half) * step]);
    const bool is_before = takes_equal ? middle <= key : middle < key;
    first = is_before ? first + half + 1 : first;
    length = is_before ? length - half - 1 : half;
  }
  return first;
}

}  // namespace

void searched_places(const backend::LibraryCall& call) {
  const TensorArgument& sequence = call.operands[0];
  const TensorArgument& values = call.operands[1];
  const bool takes_equal = call.attributes[0] != 0;
  const int rank = values.shape.rank();
  const int last = sequence.shape.rank() - 1;
  const int64_t count = values.shape.product();
  auto* places = reinterpret_cast<int64_t*>(call.result.data);
  // Where each value's line begins: its own, or the only one.
  Dims lines = Dims::filled(rank, 0);
  for (int i = 0; last > 0 && i < last; ++i) lines[i] = sequence.strides[i];
  with_elements(values.dtype, [&](auto element) {
    using T = decltype(element);
    const auto* elements = reinterpret_cast<const T*>(sequence.data);
    const auto* wanted = reinterpret_cast<const T*>(values.data);
    runtime::parallel_for((count + kValues - 1) / kValues, [&](int64_t task) {
      const int64_t first = task * kValues;
      Walk<2> walk(values.shape, {&values.strides, &lines}, first);
      for (int64_t i = first; i < std::min(first + kValues, count); ++i, walk.advance()) {
        places[i] =
            place_of(elements + walk.offsets[1], sequence.shape[last], sequence.strides[last],
                     sort_key(wanted[walk.offsets[0]]), takes_equal);
      }
    });
  });
}

}  // namespace lazuli::cpu
