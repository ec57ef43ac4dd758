// Tells the address sanitizer which bytes of cached blocks nobody may touch. Nothing elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace lazuli::runtime {

inline void forbid_access([[maybe_unused]] const char* from, [[maybe_unused]] int64_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  if (bytes > 0) __asan_poison_memory_region(from, static_cast<size_t>(bytes));
#endif
}
inline void allow_access([[maybe_unused]] const char* from, [[maybe_unused]] int64_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  if (bytes > 0) __asan_unpoison_memory_region(from, static_cast<size_t>(bytes));
#endif
}

}  // namespace lazuli::runtime
