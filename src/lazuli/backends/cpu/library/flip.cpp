#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"

namespace lazuli::cpu {

void flip(const backend::LibraryCall& call) {
  with_elements(call.result.dtype, [&](auto element) {
    using T = decltype(element);
    backend::TensorArgument self = call.operands[0];
    if (self.shape.product() == 0) return;
    for (const int64_t each : call.attributes) {
      const int dim = static_cast<int>(each);
      self.data += (self.shape[dim] - 1) * self.strides[dim] * static_cast<int64_t>(sizeof(T));
      self.strides[dim] = -self.strides[dim];
    }
    copy_contiguous(self, reinterpret_cast<T*>(call.result.data));
  });
}

}  // namespace lazuli::cpu
