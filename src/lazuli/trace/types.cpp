#include "lazuli/trace/types.h"

#include <array>

#include "lazuli/base/hash.h"
#include "lazuli/base/spin_lock.h"

namespace lazuli::trace {
namespace {

// Direct-mapped: a newcomer takes the place of what was there.
constexpr size_t kPlaces = 4096;

struct Entry {
  TensorType type;
  uint64_t id = 0;
};

struct Table {
  SpinLock lock;
  uint64_t last_id = 0;
  std::array<Entry, kPlaces> entries;
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
  Table& types = table();
  types.lock.lock();
  Entry& entry = types.entries[hash % kPlaces];
  if (entry.id == 0 || !(entry.type == type)) {
    entry.type = type;
    entry.id = ++types.last_id;
  }
  const uint64_t id = entry.id;
  types.lock.unlock();
  return id;
}

}  // namespace lazuli::trace
