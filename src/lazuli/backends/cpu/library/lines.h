// Tensors taken line by line along one dimension, for library functions: where the lines begin, and
// blocks of neighbouring lines as tasks of the thread team. Knows nothing of what is done to them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "lazuli/backend/backend.h"
#include "lazuli/base/check.h"
#include "lazuli/core/element_types.h"
#include "lazuli/core/layout.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {

inline constexpr int64_t kLines = 256;          // most lines that a task follows at once
inline constexpr int64_t kTaskElements = 4096;  // fewer are not worth a task of their own

// Walks the row-major positions of a shape and keeps, for a few tensors, the offset there.
template <int kTensors>
class Walk {
 public:
  Walk(const Shape& shape, const Dims* const (&strides)[kTensors], int64_t start) : shape_(shape) {
    for (int tensor = 0; tensor < kTensors; ++tensor) strides_[tensor] = *strides[tensor];
    for (int i = shape.rank() - 1; i >= 0; --i) {
      index_[i] = start % shape[i];
      start /= shape[i];
      for (int tensor = 0; tensor < kTensors; ++tensor) {
        offsets[tensor] += index_[i] * strides_[tensor][i];
      }
    }
  }
  void advance() {
    for (int i = shape_.rank() - 1; i >= 0; --i) {
      for (int tensor = 0; tensor < kTensors; ++tensor) offsets[tensor] += strides_[tensor][i];
      if (++index_[i] < shape_[i]) return;
      for (int tensor = 0; tensor < kTensors; ++tensor) {
        offsets[tensor] -= shape_[i] * strides_[tensor][i];
      }
      index_[i] = 0;
    }
  }

  int64_t offsets[kTensors] = {};  // elements

 private:
  Shape shape_;
  Dims strides_[kTensors];
  int64_t index_[kMaxRank] = {};
};

// Where some lines of a few tensors begin, in elements.
template <int kTensors>
struct LineBlock {
  int64_t first = 0;  // the number of the first of them among all lines, in row-major order
  int64_t count = 0;
  bool are_neighbours = false;  // of each tensor the lines begin one element after the other
  int64_t offsets[kTensors][kLines];
};

// Calls f(block) for blocks of all lines of `shape` along dim, from the thread team. `least` lines
// make a task.
template <int kTensors, typename F>
void for_each_block(const Shape& shape, int dim, const Dims* const (&strides)[kTensors],
                    int64_t least, const F& f) {
  Shape across = shape;
  across[dim] = 1;
  const int64_t lines = across.product();
  const int64_t worthwhile = kTaskElements / std::max<int64_t>(shape[dim], 1);
  const int64_t part =
      std::min(std::max({(lines + 15) / 16, least, worthwhile, int64_t{1}}), kLines);
  runtime::parallel_for((lines + part - 1) / part, [&](int64_t task) {
    LineBlock<kTensors> block;
    block.first = task * part;
    block.count = std::min(part, lines - block.first);
    block.are_neighbours = true;
    Walk<kTensors> walk(across, strides, block.first);
    for (int64_t i = 0; i < block.count; ++i, walk.advance()) {
      for (int tensor = 0; tensor < kTensors; ++tensor) {
        block.offsets[tensor][i] = walk.offsets[tensor];
        block.are_neighbours &= walk.offsets[tensor] == block.offsets[tensor][0] + i;
      }
    }
    f(block);
  });
}

// A number as a vector of one element.
inline backend::TensorArgument with_dimension(backend::TensorArgument argument) {
  if (argument.shape.rank() == 0) {
    argument.shape = Shape{1};
    argument.strides = Dims{1};
  }
  return argument;
}

// Copies the elements of `source` in row-major order.
template <typename T>
void copy_contiguous(const backend::TensorArgument& source, T* target) {
  const T* from = reinterpret_cast<const T*>(source.data);
  if (is_contiguous({source.shape, source.strides, 0}) && from == target) return;
  const backend::TensorArgument rows = with_dimension(source);
  const int last = rows.shape.rank() - 1;
  const int64_t length = rows.shape[last];
  const int64_t step = rows.strides[last];
  if (rows.shape.product() == 0) return;
  for_each_block<1>(rows.shape, last, {&rows.strides}, 1, [&](const LineBlock<1>& block) {
    for (int64_t i = 0; i < block.count; ++i) {
      const T* row = from + block.offsets[0][i];
      T* to = target + (block.first + i) * length;
      if (step == 1) {
        std::copy_n(row, length, to);
      } else {
        for (int64_t j = 0; j < length; ++j) to[j] = row[j * step];
      }
    }
  });
}

}  // namespace lazuli::cpu
