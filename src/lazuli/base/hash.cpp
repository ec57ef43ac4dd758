#include "lazuli/base/hash.h"

#include <cstring>

namespace lazuli {

uint64_t hash_bytes(const void* data, size_t size, uint64_t seed) {
  const char* bytes = static_cast<const char*>(data);
  uint64_t hash = hash_combine(seed, size);
  uint64_t word;
  for (; size >= sizeof(word); size -= sizeof(word), bytes += sizeof(word)) {
    std::memcpy(&word, bytes, sizeof(word));
    hash = hash_combine(hash, word);
  }
  if (size > 0) {
    word = 0;
    std::memcpy(&word, bytes, size);
    hash = hash_combine(hash, word);
  }
  return hash;
}

}  // namespace lazuli
