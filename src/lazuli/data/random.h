// Random numbers from a key and a counter, for data: the same on every machine, and any part of
// a data set is made without the parts before it. No relation to the tensors' generator.
#pragma once

#include <cstdint>

namespace lazuli::data {

// Mixes all bits of a word into all bits of the result (the finalizer of SplitMix64).
constexpr uint64_t mix(uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

// The stream that belongs to (seed, stream): draw i is a function of these three alone.
class Draws {
 public:
  constexpr Draws(uint64_t seed, uint64_t stream)
      : key_(mix(mix(seed + kStep) ^ (stream * kStep + kStep))) {}

  constexpr uint64_t next() { return mix(key_ + kStep * ++counter_); }
  // A whole number in [0, bound); bound below 2^32.
  constexpr uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>(((next() >> 32) * bound) >> 32);
  }
  // A float in [low, high), from 24 bits: exact arithmetic, equal on every machine.
  constexpr float uniform(float low, float high) {
    return low + (high - low) * (static_cast<float>(next() >> 40) * 0x1p-24f);
  }

 private:
  static constexpr uint64_t kStep = 0x9e3779b97f4a7c15u;  // 2^64 over the golden ratio, odd
  uint64_t key_;
  uint64_t counter_ = 0;
};

}  // namespace lazuli::data
