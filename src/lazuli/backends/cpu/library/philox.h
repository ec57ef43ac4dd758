// Philox 4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3"): four random
// words from a counter and a key, without state.
#pragma once

#include <array>
#include <cstdint>

namespace lazuli::cpu::philox {

inline constexpr uint32_t kMultiplier0 = 0xd2511f53;
inline constexpr uint32_t kMultiplier1 = 0xcd9e8d57;
inline constexpr uint32_t kKeyStep0 = 0x9e3779b9;
inline constexpr uint32_t kKeyStep1 = 0xbb67ae85;
inline constexpr int kRounds = 10;

using Words = std::array<uint32_t, 4>;

constexpr Words words_of(Words counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {
        static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(product1),
        static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(product0)};
    key0 += kKeyStep0;
    key1 += kKeyStep1;
  }
  return counter;
}

// The block of a stream: the counter's low words are the block's number, its high words 0; the key
// is the seed, low word first.
constexpr Words block_of(uint64_t seed, uint64_t block) {
  return words_of({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 0, 0},
                  static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
}

// Uniform in [0, 1), a multiple of 2^-digits: the upper bits of a word.
constexpr float to_uniform(uint32_t word, int digits = 24) {
  return static_cast<float>(word >> (32 - digits)) / static_cast<float>(1u << digits);
}
// A multiple of 2^-53, of two words.
constexpr double to_uniform_f64(uint32_t high, uint32_t low) {
  return static_cast<double>((uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
}

}  // namespace lazuli::cpu::philox
