// Random choices that are the same on every machine and with every standard library, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace lazuli::schedule {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t bits() {  // splitmix64
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  // In [first, last].
  int64_t between(int64_t first, int64_t last) {
    const auto count = static_cast<uint64_t>(last) - static_cast<uint64_t>(first) + 1;
    return static_cast<int64_t>(static_cast<uint64_t>(first) + (count ? bits() % count : bits()));
  }
  bool one_in(int n) { return bits() % static_cast<uint64_t>(n) == 0; }
  template <typename List>
  const auto& pick(const List& list) {
    return list[bits() % std::size(list)];
  }

 private:
  uint64_t state_;
};

}  // namespace lazuli::schedule
