#include "lazuli/interpret/tile_operations.h"
#include "lazuli/kernel/evaluate.h"

namespace lazuli::interpret {

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "lazuli/interpret/tile_operations.inl"
}  // namespace avx2
#pragma GCC pop_options

const TileOperations* avx2_operations() { return &avx2::kOperations; }

#else

const TileOperations* avx2_operations() { return nullptr; }

#endif

}  // namespace lazuli::interpret
