// Running folds along a dimension: each element of the result is a fold of the elements up to it.
#include <type_traits>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/kernel/float_environment.h"

namespace lazuli::cpu {
namespace {

using backend::LibraryCall;
using backend::TensorArgument;

// What elements of T fold in: integers wrap, so that the low bits of any wider sum are right.
template <typename T>
using Wide = std::conditional_t<
    std::is_integral_v<T>, uint64_t,
    std::conditional_t<std::is_same_v<T, float> || std::is_same_v<T, double>, double, float>>;

template <typename T>
T narrowed(Wide<T> x) {
  return static_cast<T>(x);
}

// result[order] = step(folded so far, order, elements of the inputs there), along each line from
// its beginning, or from its end where `reverse` is set.
template <typename T, typename Output, typename Folded, int kInputs, typename Step>
void scan(const LibraryCall& call, int dim, bool reverse, const Step& step) {
  TensorArgument inputs[kInputs];
  for (int k = 0; k < kInputs; ++k) inputs[k] = with_dimension(call.operands[k]);
  const TensorArgument result = with_dimension(call.result);
  const Dims* strides[kInputs + 1];
  for (int k = 0; k < kInputs; ++k) strides[k] = &inputs[k].strides;
  strides[kInputs] = &result.strides;
  const int64_t length = result.shape[dim];
  if (result.shape.product() == 0) return;
  const bool is_in_order = result.strides[dim] == 1;
  const auto place_of = [&](int64_t order) { return reverse ? length - 1 - order : order; };
  // The next element of the line that begins at `places`.
  const auto advance = [&](Folded& folded, int64_t order, const auto& places) {
    const int64_t j = place_of(order);
    const T* from[kInputs];
    for (int k = 0; k < kInputs; ++k) {
      from[k] = reinterpret_cast<const T*>(inputs[k].data) + places(k) + j * inputs[k].strides[dim];
    }
    Output& to = reinterpret_cast<Output*>(result.data)[places(kInputs) + j * result.strides[dim]];
    if constexpr (kInputs == 1) {
      to = step(folded, order, j, *from[0]);
    } else {
      to = step(folded, order, j, *from[0], *from[1]);
    }
  };
  const auto scan_block = [&](const LineBlock<kInputs + 1>& block) {
    const kernel::FloatEnvironment rules;
    if (is_in_order) {  // a line lies in order: one after the other
      for (int64_t i = 0; i < block.count; ++i) {
        Folded folded = {};
        const auto places = [&](int tensor) { return block.offsets[tensor][i]; };
        for (int64_t order = 0; order < length; ++order) advance(folded, order, places);
      }
      return;
    }
    Folded folded[kLines] = {};
    for (int64_t order = 0; order < length; ++order) {
      if (block.are_neighbours) {
        for (int64_t i = 0; i < block.count; ++i) {
          advance(folded[i], order, [&](int tensor) { return block.offsets[tensor][0] + i; });
        }
      } else {
        for (int64_t i = 0; i < block.count; ++i) {
          advance(folded[i], order, [&](int tensor) { return block.offsets[tensor][i]; });
        }
      }
    }
  };
  for_each_block<kInputs + 1>(result.shape, dim, strides, is_in_order ? 1 : 16, scan_block);
}

template <typename T>
struct Extreme {
  T value;
  int64_t place;
};

}  // namespace

void running_sum(const LibraryCall& call) {
  with_elements(call.result.dtype, [&](auto element) {
    using T = decltype(element);
    scan<T, T, Wide<T>, 1>(call, static_cast<int>(call.attributes[0]), call.attributes[1] != 0,
                           [](Wide<T>& folded, int64_t order, int64_t, T x) {
                             const auto wide = static_cast<Wide<T>>(x);
                             folded = order == 0 ? wide : folded + wide;
                             return narrowed<T>(folded);
                           });
  });
}

void running_product(const LibraryCall& call) {
  with_elements(call.result.dtype, [&](auto element) {
    using T = decltype(element);
    scan<T, T, Wide<T>, 1>(call, static_cast<int>(call.attributes[0]), false,
                           [](Wide<T>& folded, int64_t order, int64_t, T x) {
                             const auto wide = static_cast<Wide<T>>(x);
                             folded = order == 0 ? wide : folded * wide;
                             return narrowed<T>(folded);
                           });
  });
}

void linear_recurrence(const LibraryCall& call) {
  with_elements(call.result.dtype, [&](auto element) {
    using T = decltype(element);
    scan<T, T, Wide<T>, 2>(call, static_cast<int>(call.attributes[0]), call.attributes[1] != 0,
                           [](Wide<T>& folded, int64_t order, int64_t, T x, T factor) {
                             const auto wide = static_cast<Wide<T>>(x);
                             folded =
                                 order == 0 ? wide : wide + static_cast<Wide<T>>(factor) * folded;
                             return narrowed<T>(folded);
                           });
  });
}

void running_place(const LibraryCall& call) {
  const bool is_least = call.attributes[1] != 0;
  with_elements(call.operands[0].dtype, [&](auto element) {
    using T = decltype(element);
    scan<T, int64_t, Extreme<T>, 1>(call, static_cast<int>(call.attributes[0]), false,
                                    [is_least](Extreme<T>& found, int64_t order, int64_t j, T x) {
                                      const bool is_found =
                                          is_least ? x <= found.value : x >= found.value;
                                      const bool is_number = found.value == found.value;
                                      if (order == 0 || x != x || (is_number && is_found))
                                        found = {x, j};
                                      return found.place;
                                    });
  });
}

}  // namespace lazuli::cpu
