#include <algorithm>
#include <atomic>
#include <cstring>
#include <type_traits>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/base/check.h"
#include "lazuli/core/element_types.h"
#include "lazuli/core/layout.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::TensorArgument;

constexpr int64_t kLines = 256;                  // lines along dim that a task follows at once
constexpr int64_t kCopyBytes = 256 * 1024;       // a task's part of a copy
constexpr int64_t kCheckedElements = 64 * 1024;  // a task's part of the check

// Walks the row-major positions of a shape and keeps, for up to three tensors, the offset there.
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

template <typename T>
void copy_contiguous(const TensorArgument& source, T* target) {
  const int64_t count = source.shape.product();
  const T* from = reinterpret_cast<const T*>(source.data);
  const bool is_contiguous = lazuli::is_contiguous({source.shape, source.strides, 0});
  if (is_contiguous && from == target) return;
  constexpr int64_t kPart = kCopyBytes / static_cast<int64_t>(sizeof(T));
  runtime::parallel_for((count + kPart - 1) / kPart, [&](int64_t task) {
    const int64_t first = task * kPart;
    const int64_t last = std::min(first + kPart, count);
    if (is_contiguous) {
      std::memcpy(target + first, from + first, static_cast<size_t>(last - first) * sizeof(T));
      return;
    }
    Walk<1> walk(source.shape, {&source.strides}, first);
    for (int64_t i = first; i < last; ++i, walk.advance()) target[i] = from[walk.offsets[0]];
  });
}

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

template <typename T>
T sum(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  } else {
    return T(a + b);
  }
}

// A line along `dim` belongs to one task, which follows it in order.
template <typename T>
void add_lines(const TensorArgument& index, const TensorArgument& source, T* target,
               const Dims& target_strides, int dim) {
  Shape across = index.shape;  // without dim: one position a line
  across[dim] = 1;
  const int64_t lines = across.product();
  const int64_t length = index.shape[dim];
  const int64_t part = std::clamp<int64_t>((lines + 15) / 16, 16, kLines);
  const auto* indices = reinterpret_cast<const int64_t*>(index.data);
  const auto* values = reinterpret_cast<const T*>(source.data);
  runtime::parallel_for((lines + part - 1) / part, [&](int64_t task) {
    const kernel::FloatEnvironment rules;
    const int64_t first = task * part;
    const int64_t count = std::min(part, lines - first);
    int64_t offsets[3][kLines];
    Walk<3> walk(across, {&index.strides, &source.strides, &target_strides}, first);
    for (int64_t i = 0; i < count; ++i, walk.advance()) {
      for (int tensor = 0; tensor < 3; ++tensor) offsets[tensor][i] = walk.offsets[tensor];
    }
    for (int64_t j = 0; j < length; ++j) {
      const int64_t* at = indices + j * index.strides[dim];
      const T* from = values + j * source.strides[dim];
      for (int64_t i = 0; i < count; ++i) {
        T& to = target[offsets[2][i] + at[offsets[0][i]] * target_strides[dim]];
        to = sum(to, from[offsets[1][i]]);
      }
    }
  });
}

template <typename T>
void scatter(const backend::LibraryCall& call, int dim) {
  T* target = reinterpret_cast<T*>(call.result.data);
  copy_contiguous(call.operands[0], target);
  if (call.operands[1].shape.product() == 0) return;
  add_lines(call.operands[1], call.operands[2], target, call.result.strides, dim);
}

// A number as a vector of one element.
TensorArgument with_dimension(TensorArgument argument) {
  if (argument.shape.rank() == 0) {
    argument.shape = Shape{1};
    argument.strides = Dims{1};
  }
  return argument;
}

}  // namespace

void scatter_add(const backend::LibraryCall& call) {
  const TensorArgument operands[3] = {with_dimension(call.operands[0]),
                                      with_dimension(call.operands[1]),
                                      with_dimension(call.operands[2])};
  backend::LibraryCall shaped = call;
  shaped.operands = operands;
  shaped.result.shape = operands[0].shape;
  shaped.result.strides = contiguous_strides(operands[0].shape);
  const int dim = static_cast<int>(call.attributes[0]);
  if (!are_in_range(operands[1], operands[0].shape[dim])) {
    call.fault->store(1, std::memory_order_relaxed);
    return;
  }
  switch (call.result.dtype) {
    case DType::u8:
      return scatter<uint8_t>(shaped, dim);
    case DType::i8:
      return scatter<int8_t>(shaped, dim);
    case DType::i16:
      return scatter<int16_t>(shaped, dim);
    case DType::i32:
      return scatter<int32_t>(shaped, dim);
    case DType::i64:
      return scatter<int64_t>(shaped, dim);
    case DType::f16:
      return scatter<float16>(shaped, dim);
    case DType::bf16:
      return scatter<bfloat16>(shaped, dim);
    case DType::f32:
      return scatter<float>(shaped, dim);
    case DType::f64:
      return scatter<double>(shaped, dim);
    case DType::boolean:
      break;
  }
  LZ_ASSERT(false, "scatter_add of {}", name_of(call.result.dtype));
}

}  // namespace lazuli::cpu
