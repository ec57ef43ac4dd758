#include "lazuli/backends/cpu/thread_memory.h"

#include <algorithm>
#include <new>

namespace lazuli::cpu {
namespace {

constexpr auto kAlign = std::align_val_t(64);

struct Place {
  char* memory;
  int64_t bytes;
};

// Plain words, which stay valid while the thread ends.
constinit thread_local Place places[static_cast<int>(Kept::kCount)] = {};

struct Farewell {
  ~Farewell() {
    for (Place& place : places) {
      ::operator delete(place.memory, kAlign);
      place = {};
    }
  }
};

[[gnu::noinline]] char* grow(Place& place, int64_t bytes) {
  thread_local Farewell farewell;
  static_cast<void>(farewell);
  const int64_t wanted = std::max<int64_t>({bytes, 2 * place.bytes, 4096});
  ::operator delete(place.memory, kAlign);
  place = {};
  place.memory = static_cast<char*>(::operator new(static_cast<size_t>(wanted), kAlign));
  place.bytes = wanted;
  return place.memory;
}

}  // namespace

char* keep(Kept kind, int64_t bytes) {
  Place& place = places[static_cast<int>(kind)];
  return place.bytes >= bytes && place.memory ? place.memory : grow(place, bytes);
}

}  // namespace lazuli::cpu
