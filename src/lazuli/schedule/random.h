// Random choices that are the same everywhere, for tests.
#pragma once

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
    return first + static_cast<int64_t>(bits() % static_cast<uint64_t>(last - first + 1));
  }
  bool one_in(int n) { return bits() % static_cast<uint64_t>(n) == 0; }
  template <typename List>
  auto pick(const List& list) {
    return list[bits() % std::size(list)];
  }

 private:
  uint64_t state_;
};

}  // namespace lazuli::schedule
