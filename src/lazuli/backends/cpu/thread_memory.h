// Memory that a thread keeps from launch to launch, so that a launch allocates nothing once it has
// run before. Each kind grows to the most that was asked of it and lives as long as its thread.
#pragma once

#include <cstdint>

namespace lazuli::cpu {

enum class Kept : int {
  accesses,       // of the box that the thread runs
  scratch,        // of the program that the thread runs
  tile_accesses,  // of the tile that the thread runs
  tiles,          // what it brought in order
  tasks,          // of the launch that the thread shares out
  partials,       // of the fold that the thread shares out
  kCount
};

// At least `bytes` bytes, aligned to 64; contents undefined; valid until the thread's next call
// with the same kind.
char* keep(Kept kind, int64_t bytes);

}  // namespace lazuli::cpu
