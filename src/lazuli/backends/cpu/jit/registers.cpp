#include "lazuli/backends/cpu/jit/registers.h"

#include <bit>

#include "lazuli/base/check.h"

namespace lazuli::jit {

int Registers::take() {
  if (free_ != 0) {
    const int index = std::countr_zero(free_);
    free_ &= free_ - 1;
    return index;
  }
  int best = -1;
  int32_t furthest = -1;
  for (uint32_t candidates = owned_ & ~locked_; candidates != 0; candidates &= candidates - 1) {
    const int index = std::countr_zero(candidates);
    const int32_t use = client_->next_use(owners_[index]);
    if (use > furthest) {
      best = index;
      furthest = use;
    }
  }
  LZ_ASSERT(best >= 0, "jit: no register can be freed");
  client_->evict(best, owners_[best]);
  owned_ &= ~(1u << best);
  return best;
}

}  // namespace lazuli::jit
