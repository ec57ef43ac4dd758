// Writes at places. What stands at one place is joined by one task, in the order of the index:
// lines are shared out, and of few long ones ranges of places.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <type_traits>
#include <vector>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/buffer.h"

namespace lazuli::cpu {
namespace {

using backend::TensorArgument;

constexpr int64_t kCheckedElements = 64 * 1024;  // a task's part of the check

// Whether all indices are in [0, extent).
bool are_in_range(const TensorArgument& index, int64_t extent) {
  Shape shape = index.shape;  // what is repeated is looked at once
  for (int i = 0; i < shape.rank(); ++i) {
    if (index.strides[i] == 0) shape[i] = std::min<int64_t>(shape[i], 1);
  }
  const int64_t count = shape.product();
  const bool is_contiguous = lazuli::is_contiguous({shape, index.strides, 0});
  const int64_t* data = reinterpret_cast<const int64_t*>(index.data);
  std::atomic<bool> good{true};
  runtime::parallel_for((count + kCheckedElements - 1) / kCheckedElements, [&](int64_t task) {
    const int64_t first = task * kCheckedElements;
    const int64_t last = std::min(first + kCheckedElements, count);
    bool all = true;
    const auto look_at = [&](int64_t place) {
      all &= static_cast<uint64_t>(place) < static_cast<uint64_t>(extent);
    };
    if (is_contiguous) {
      for (int64_t i = first; i < last; ++i) look_at(data[i]);
    } else {
      Walk<1> walk(shape, {&index.strides}, first);
      for (int64_t i = first; i < last; ++i, walk.advance()) look_at(data[walk.offsets[0]]);
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

constexpr int64_t kLongLine = 128 * 1024;  // elements from which a line is worth being cut
constexpr int64_t kFewLines = 8;           // more are shared out whole
constexpr size_t kRanges = 16;

// One line's indices and what they take where, steps in elements.
template <typename T>
struct Line {
  const int64_t* index;
  int64_t index_step;
  const T* source;
  int64_t source_step;
  T* target;
  int64_t target_step;
};

// By all threads: first what goes into each range of places is put together, part by part in order,
// then each range is a task.
template <typename T, typename Join>
void join_long_line(const Line<T>& line, int64_t length, int64_t extent) {
  struct Move {
    uint32_t to;
    uint32_t from;
  };
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(static_cast<uint64_t>(extent - 1))) - 4);
  const auto range_of = [shift](int64_t place) { return static_cast<size_t>(place >> shift); };
  const int64_t parts = std::min<int64_t>(16, length / (kLongLine / 4));
  const auto first_of = [&](int64_t part) { return length * part / parts; };
  std::vector<std::array<int64_t, kRanges>> next(static_cast<size_t>(parts));
  runtime::parallel_for(parts, [&](int64_t part) {
    auto& counts = next[static_cast<size_t>(part)];
    counts.fill(0);
    for (int64_t j = first_of(part); j < first_of(part + 1); ++j) {
      ++counts[range_of(line.index[j * line.index_step])];
    }
  });
  std::array<int64_t, kRanges + 1> begins{};
  int64_t begin = 0;
  for (size_t range = 0; range < kRanges; ++range) {
    begins[range] = begin;
    for (auto& counts : next) begin += std::exchange(counts[range], begin);
  }
  begins[kRanges] = begin;
  const auto scratch = runtime::Buffer::allocated(length * int64_t{sizeof(Move)});
  auto* moves = reinterpret_cast<Move*>(scratch->data());
  runtime::parallel_for(parts, [&](int64_t part) {
    auto& own = next[static_cast<size_t>(part)];
    for (int64_t j = first_of(part); j < first_of(part + 1); ++j) {
      const int64_t place = line.index[j * line.index_step];
      moves[own[range_of(place)]++] = {static_cast<uint32_t>(place), static_cast<uint32_t>(j)};
    }
  });
  runtime::parallel_for(kRanges, [&](int64_t range) {
    const kernel::FloatEnvironment rules;
    for (int64_t i = begins[static_cast<size_t>(range)]; i < begins[static_cast<size_t>(range) + 1];
         ++i) {
      T& to = line.target[int64_t{moves[i].to} * line.target_step];
      to = Join::template join<T>(to, line.source[int64_t{moves[i].from} * line.source_step]);
    }
  });
}

// A line along `dim` belongs to one task, which follows it in order.
template <typename T, typename Join>
void join_lines(const TensorArgument& index, const TensorArgument& source, T* target,
                const Dims& target_strides, int64_t extent, int dim) {
  const int64_t length = index.shape[dim];
  const auto* indices = reinterpret_cast<const int64_t*>(index.data);
  const auto* values = reinterpret_cast<const T*>(source.data);
  const int64_t lines = index.shape.product() / length;
  if (lines <= kFewLines && length >= kLongLine && std::max(length, extent) <= UINT32_MAX) {
    Shape across = index.shape;
    across[dim] = 1;
    Walk<3> walk(across, {&index.strides, &source.strides, &target_strides}, 0);
    for (int64_t i = 0; i < lines; ++i, walk.advance()) {
      join_long_line<T, Join>(
          {indices + walk.offsets[0], index.strides[dim], values + walk.offsets[1],
           source.strides[dim], target + walk.offsets[2], target_strides[dim]},
          length, extent);
    }
    return;
  }
  const auto join_block = [&](const LineBlock<3>& block) {
    const kernel::FloatEnvironment rules;
    bool are_rows = true;  // one index stands for all lines, whose elements are neighbours
    for (int64_t i = 0; i < block.count; ++i) {
      are_rows &= block.offsets[0][i] == block.offsets[0][0] &&
                  block.offsets[1][i] == block.offsets[1][0] + i &&
                  block.offsets[2][i] == block.offsets[2][0] + i;
    }
    if (index.strides[dim] == 1 && target_strides[dim] == 1) {  // lines lie one after the other
      for (int64_t i = 0; i < block.count; ++i) {
        const int64_t* places = indices + block.offsets[0][i];
        const T* from = values + block.offsets[1][i];
        T* line = target + block.offsets[2][i];
        for (int64_t j = 0; j < length; ++j) {
          line[places[j]] = Join::template join<T>(line[places[j]], from[j * source.strides[dim]]);
        }
      }
      return;
    }
    if (are_rows) {
      for (int64_t j = 0; j < length; ++j) {
        const int64_t place = indices[block.offsets[0][0] + j * index.strides[dim]];
        const T* from = values + block.offsets[1][0] + j * source.strides[dim];
        T* to = target + block.offsets[2][0] + place * target_strides[dim];
        for (int64_t i = 0; i < block.count; ++i) to[i] = Join::template join<T>(to[i], from[i]);
      }
      return;
    }
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
    join_lines<T, Join>(index, source, target, contiguous_strides(self.shape), self.shape[dim],
                        dim);
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
