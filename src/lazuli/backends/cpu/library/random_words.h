// Words of a random stream (philox.h), many at a time.
#pragma once

#include <cstdint>

namespace lazuli::cpu::philox {

// Words [0, count) of the blocks from `block` on.
void words(uint64_t seed, uint64_t block, uint32_t* target, int64_t count);

}  // namespace lazuli::cpu::philox
