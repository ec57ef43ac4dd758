#include "lazuli/backends/cpu/library/random_words.h"

#include <algorithm>

#include "lazuli/backends/cpu/library/philox.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lazuli::cpu::philox {
namespace {

// Words [0, count) of the blocks from `block` on.
void words_plain(uint64_t seed, uint64_t block, uint32_t* target, int64_t count) {
  for (int64_t i = 0; i < count; i += 4, ++block) {
    const Words words = block_of(seed, block);
    std::copy_n(words.begin(), std::min<int64_t>(4, count - i), target + i);
  }
}

#if defined(__x86_64__)

struct Products {
  __m256i high;
  __m256i low;
};

[[gnu::target("avx2"), gnu::always_inline]] inline Products multiply(__m256i a, __m256i b) {
  const __m256i even = _mm256_mul_epu32(a, b);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), b);
  return {_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa),
          _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa)};
}

// Eight blocks, 32 words; the low word of their numbers does not wrap.
[[gnu::target("avx2"), gnu::always_inline]] inline void words_eight(uint64_t seed, uint64_t block,
                                                                    uint32_t* target) {
  const __m256i multiplier0 = _mm256_set1_epi32(static_cast<int>(kMultiplier0));
  const __m256i multiplier1 = _mm256_set1_epi32(static_cast<int>(kMultiplier1));
  __m256i word0 = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(block)),
                                   _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  __m256i word1 = _mm256_set1_epi32(static_cast<int>(block >> 32));
  __m256i word2 = _mm256_setzero_si256();
  __m256i word3 = _mm256_setzero_si256();
  auto key0 = static_cast<uint32_t>(seed);
  auto key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < kRounds; ++round) {
    const Products product0 = multiply(word0, multiplier0);
    const Products product1 = multiply(word2, multiplier1);
    word0 = _mm256_xor_si256(_mm256_xor_si256(product1.high, word1),
                             _mm256_set1_epi32(static_cast<int>(key0)));
    word2 = _mm256_xor_si256(_mm256_xor_si256(product0.high, word3),
                             _mm256_set1_epi32(static_cast<int>(key1)));
    word1 = product1.low;
    word3 = product0.low;
    key0 += kKeyStep0;
    key1 += kKeyStep1;
  }
  // Words side by side become blocks one after another.
  const __m256i low01 = _mm256_unpacklo_epi32(word0, word1);  // 0 0 1 1 | 4 4 5 5
  const __m256i high01 = _mm256_unpackhi_epi32(word0, word1);
  const __m256i low23 = _mm256_unpacklo_epi32(word2, word3);
  const __m256i high23 = _mm256_unpackhi_epi32(word2, word3);
  const __m256i blocks04 = _mm256_unpacklo_epi64(low01, low23);
  const __m256i blocks15 = _mm256_unpackhi_epi64(low01, low23);
  const __m256i blocks26 = _mm256_unpacklo_epi64(high01, high23);
  const __m256i blocks37 = _mm256_unpackhi_epi64(high01, high23);
  const __m256i parts[4] = {_mm256_permute2x128_si256(blocks04, blocks15, 0x20),
                            _mm256_permute2x128_si256(blocks26, blocks37, 0x20),
                            _mm256_permute2x128_si256(blocks04, blocks15, 0x31),
                            _mm256_permute2x128_si256(blocks26, blocks37, 0x31)};
  for (int i = 0; i < 4; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(target + 8 * i), parts[i]);
  }
}

// Whole groups of 32 words; returns how many it wrote.
[[gnu::target("avx2")]] int64_t words_groups(uint64_t seed, uint64_t block, uint32_t* target,
                                             int64_t count) {
  int64_t i = 0;
  for (; i + 32 <= count; i += 32, block += 8) {
    if (static_cast<uint32_t>(block) > 0xfffffff8u) {
      words_plain(seed, block, target + i, 32);
    } else {
      words_eight(seed, block, target + i);
    }
  }
  return i;
}

#endif

}  // namespace

void words(uint64_t seed, uint64_t block, uint32_t* target, int64_t count) {
  int64_t written = 0;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) written = words_groups(seed, block, target, count);
#endif
  words_plain(seed, block + static_cast<uint64_t>(written / 4), target + written, count - written);
}

}  // namespace lazuli::cpu::philox
