#include "lazuli/trace/types.h"

#include <array>
#include <mutex>

#include "lazuli/base/hash.h"
#include "lazuli/base/spin_lock.h"

namespace lazuli::trace {
namespace {

// A type has a few places, so that types in use at the same time don't drive each other out; a
// newcomer takes the oldest of its places.
constexpr size_t kSets = 512;
constexpr size_t kPlaces = 8;

struct Set {
  std::array<uint64_t, kPlaces> ids = {};
  std::array<TensorType, kPlaces> types;
  size_t oldest = 0;
};

struct Table {
  SpinLock lock;
  uint64_t last_id = 0;
  std::array<Set, kSets> sets;
};

Table& table() {
  static Table* const instance = new Table;
  return *instance;
}

}  // namespace

uint64_t type_id_of(const TensorType& type) {
  const uint64_t hash =
      hash_bytes(type.shape.begin(), sizeof(int64_t) * static_cast<size_t>(type.shape.rank()),
                 static_cast<uint64_t>(type.dtype) * 16 + static_cast<uint64_t>(type.shape.rank()));
  Table& known = table();
  std::lock_guard<SpinLock> lock(known.lock);
  Set& set = known.sets[hash % kSets];
  for (size_t i = 0; i < kPlaces; ++i) {
    if (set.ids[i] != 0 && set.types[i] == type) return set.ids[i];
  }
  const size_t place = set.oldest;
  set.oldest = (place + 1) % kPlaces;
  set.types[place] = type;
  return set.ids[place] = ++known.last_id;
}

}  // namespace lazuli::trace
