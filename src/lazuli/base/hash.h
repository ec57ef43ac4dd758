// A hash for in-memory caches. Every cache compares the whole key after the hash: a collision costs
// time, never a wrong answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lazuli {

uint64_t hash_bytes(const void* data, size_t size, uint64_t seed = 0);

inline uint64_t hash_bytes(std::string_view text) { return hash_bytes(text.data(), text.size()); }

inline uint64_t hash_combine(uint64_t a, uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xc2b2ae3d27d4eb4fu);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace lazuli
