#include "lazuli/interpret/tile_operations.h"

#include "lazuli/base/env.h"
#include "lazuli/kernel/evaluate.h"

namespace lazuli::interpret {

namespace portable {
#include "lazuli/interpret/tile_operations.inl"
}  // namespace portable

const TileOperations* portable_operations() { return &portable::kOperations; }

const TileOperations& tile_operations() {
#if defined(__x86_64__)
  const env::Processor allowed = env::cpu();
  const bool avx512 = allowed == env::Processor::best || allowed == env::Processor::avx512;
  if (avx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return *avx512_operations();
  }
  if (allowed != env::Processor::portable && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("fma")) {
    return *avx2_operations();
  }
#endif
  return portable::kOperations;
}

}  // namespace lazuli::interpret
