#include "lazuli/interpret/tile_operations.h"
#include "lazuli/kernel/evaluate.h"

namespace lazuli::interpret {

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")
namespace avx512 {
#include "lazuli/interpret/tile_operations.inl"
}  // namespace avx512
#pragma GCC pop_options

const TileOperations* avx512_operations() { return &avx512::kOperations; }

#else

const TileOperations* avx512_operations() { return nullptr; }

#endif

}  // namespace lazuli::interpret
