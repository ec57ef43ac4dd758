// Numbers as tensors, for what is saved: exact, in the dtypes that there are.
#pragma once

#include <bit>
#include <cstdint>

#include "lazuli/functions/creation.h"

namespace lazuli::optim {

inline Tensor count_to_tensor(int64_t count) { return scalar_tensor(count); }
inline int64_t count_of(const Tensor& tensor) { return tensor.item<int64_t>(); }
// A double by its 64 bits.
inline Tensor number_to_tensor(double number) {
  return scalar_tensor(std::bit_cast<int64_t>(number));
}
inline double number_of(const Tensor& tensor) {
  return std::bit_cast<double>(tensor.item<int64_t>());
}

}  // namespace lazuli::optim
