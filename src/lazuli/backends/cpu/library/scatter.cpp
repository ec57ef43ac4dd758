#include <algorithm>
#include <atomic>
#include <type_traits>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/kernel/float_environment.h"

namespace lazuli::cpu {
namespace {

using backend::TensorArgument;

constexpr int64_t kCheckedElements = 64 * 1024;  // a task's part of the check

// Whether all indices are in [0, extent).
bool are_in_range(const TensorArgument& index, int64_t extent) {
  const int64_t count = index.shape.product();
  const int64_t* data = reinterpret_cast<const int64_t*>(index.data);
  std::atomic<bool> good{true};
  runtime::parallel_for((count + kCheckedElements - 1) / kCheckedElements, [&](int64_t task) {
    const int64_t first = task * kCheckedElements;
    const int64_t last = std::min(first + kCheckedElements, count);
    Walk<1> walk(index.shape, {&index.strides}, first);
    bool all = true;
    for (int64_t i = first; i < last; ++i, walk.advance()) {
      all &= static_cast<uint64_t>(data[walk.offsets[0]]) < static_cast<uint64_t>(extent);
    }
    if (!all) good.store(false, std::memory_order_relaxed);
  });
  return good.load(std::memory_order_relaxed);
}

// How an element of src joins the one at its place.
struct Add {
  template <typename T>
  static T join(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    } else {
      return T(a + b);
    }
  }
};
struct Multiply {
  template <typename T>
  static T join(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    } else {
      return T(a * b);
    }
  }
};
struct Most {
  template <typename T>
  static T join(T a, T b) {
    return a != a || a > b ? a : b;
  }
};
struct Least {
  template <typename T>
  static T join(T a, T b) {
    return a != a || a < b ? a : b;
  }
};
struct Replace {
  template <typename T>
  static T join(T, T b) {
    return b;
  }
};

// A line along `dim` belongs to one task, which follows it in order.
template <typename T, typename Join>
void join_lines(const TensorArgument& index, const TensorArgument& source, T* target,
                const Dims& target_strides, int dim) {
  const int64_t length = index.shape[dim];
  const auto* indices = reinterpret_cast<const int64_t*>(index.data);
  const auto* values = reinterpret_cast<const T*>(source.data);
  const auto join_block = [&](const LineBlock<3>& block) {
    const kernel::FloatEnvironment rules;
    for (int64_t j = 0; j < length; ++j) {
      const int64_t* at = indices + j * index.strides[dim];
      const T* from = values + j * source.strides[dim];
      for (int64_t i = 0; i < block.count; ++i) {
        T& to = target[block.offsets[2][i] + at[block.offsets[0][i]] * target_strides[dim]];
        to = Join::template join<T>(to, from[block.offsets[1][i]]);
      }
    }
  };
  for_each_block<3>(index.shape, dim, {&index.strides, &source.strides, &target_strides}, 16,
                    join_block);
}

template <typename Join>
void scatter_by(const backend::LibraryCall& call) {
  const TensorArgument self = with_dimension(call.operands[0]);
  const TensorArgument index = with_dimension(call.operands[1]);
  const TensorArgument source = with_dimension(call.operands[2]);
  const int dim = static_cast<int>(call.attributes[0]);
  if (!are_in_range(index, self.shape[dim])) {
    call.fault->store(1, std::memory_order_relaxed);
    return;
  }
  with_elements(call.result.dtype, [&](auto element) {
    using T = decltype(element);
    T* target = reinterpret_cast<T*>(call.result.data);
    copy_contiguous(self, target);
    if (index.shape.product() == 0) return;
    join_lines<T, Join>(index, source, target, contiguous_strides(self.shape), dim);
  });
}

}  // namespace

void scatter(const backend::LibraryCall& call) { scatter_by<Replace>(call); }

void scatter_add(const backend::LibraryCall& call) { scatter_by<Add>(call); }

void scatter_fold(const backend::LibraryCall& call) {
  switch (static_cast<op::ScatterFold>(call.attributes[1])) {
    case op::ScatterFold::product:
      return scatter_by<Multiply>(call);
    case op::ScatterFold::max:
      return scatter_by<Most>(call);
    case op::ScatterFold::min:
      return scatter_by<Least>(call);
  }
}

}  // namespace lazuli::cpu
