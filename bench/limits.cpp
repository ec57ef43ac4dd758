// What this machine can do at most, to read the other rows against: bytes moved by copies and
// triads at sizes that fit each cache, and multiply-adds from registers.
//
//   limit/copy/L1/threads:1      target[i] = source[i]          8 bytes an element
//   limit/triad/DRAM/threads:2   target[i] = a[i] + 3 * b[i]   12 bytes an element
//   ..._nt                       the same with stores that bypass the caches
//   limit/fma/avx512/threads:2   items_per_second is FLOP/s, two an element and instruction

#include <benchmark/benchmark.h>

#if defined(__x86_64__)
#include <immintrin.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lazuli/runtime/allocator.h"

namespace {

enum class Stores { plain, bypassing };

// Bytes of all arrays of a row together, for one thread: half of a usual cache of that level.
struct Level {
  const char* name;
  int64_t bytes;
};
constexpr Level kLevels[] = {
    {"L1", 24 << 10}, {"L2", 512 << 10}, {"L3", 8 << 20}, {"DRAM", 512 << 20}};

// From the library's allocator, which asks for huge pages.
class Array {
 public:
  Array() = default;
  explicit Array(int64_t count)
      : bytes_(count * static_cast<int64_t>(sizeof(float))),
        data_(reinterpret_cast<float*>(lazuli::runtime::allocate(bytes_))) {
    std::fill_n(data_, count, 1.0f);
  }
  Array(Array&& other) noexcept
      : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
  Array& operator=(Array&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Array() {
    if (data_) lazuli::runtime::release(reinterpret_cast<char*>(data_), bytes_);
  }
  float* get() const { return data_; }

 private:
  int64_t bytes_ = 0;
  float* data_ = nullptr;
};

using Move = void (*)(float* target, const float* a, const float* b, int64_t count);

template <Stores kStores>
[[gnu::target("avx2")]] void store(float* target, __m256 value) {
  if constexpr (kStores == Stores::bypassing) {
    _mm256_stream_ps(target, value);
  } else {
    _mm256_store_ps(target, value);
  }
}

template <Stores kStores>
[[gnu::target("avx2")]] void copy(float* target, const float* a, const float*, int64_t count) {
  for (int64_t i = 0; i < count; i += 32) {
    for (int64_t j = i; j < i + 32; j += 8) store<kStores>(target + j, _mm256_load_ps(a + j));
  }
  if (kStores == Stores::bypassing) _mm_sfence();
}

template <Stores kStores>
[[gnu::target("avx2,fma")]] void triad(float* target, const float* a, const float* b,
                                       int64_t count) {
  const __m256 three = _mm256_set1_ps(3);
  for (int64_t i = 0; i < count; i += 32) {
    for (int64_t j = i; j < i + 32; j += 8) {
      store<kStores>(target + j,
                     _mm256_fmadd_ps(three, _mm256_load_ps(b + j), _mm256_load_ps(a + j)));
    }
  }
  if (kStores == Stores::bypassing) _mm_sfence();
}

// Each thread moves arrays of its own, often enough that a region's start does not count.
void measure_move(benchmark::State& state, Move move, int arrays, int64_t bytes, int threads) {
  const int64_t count = bytes / arrays / static_cast<int64_t>(sizeof(float)) / 32 * 32;
  const int64_t repeats = std::max<int64_t>(1, (16 << 20) / bytes);
  struct Arrays {
    Array target, a, b;
  };
  std::vector<Arrays> own(static_cast<size_t>(threads));
#pragma omp parallel num_threads(threads)
  {
    Arrays& mine = own[static_cast<size_t>(omp_get_thread_num())];
    mine = {Array(count), Array(count), Array(arrays > 2 ? count : 0)};
  }
  for (auto _ : state) {
#pragma omp parallel num_threads(threads)
    {
      const Arrays& mine = own[static_cast<size_t>(omp_get_thread_num())];
      for (int64_t i = 0; i < repeats; ++i) {
        move(mine.target.get(), mine.a.get(), mine.b.get(), count);
        benchmark::ClobberMemory();
      }
    }
  }
  state.SetBytesProcessed(state.iterations() * repeats * threads * arrays * count *
                          static_cast<int64_t>(sizeof(float)));
}

constexpr int kChains = 12;  // independent sums, enough to hide an instruction's latency
constexpr int64_t kSteps = 20000;

[[gnu::target("avx2,fma")]] int64_t multiply_add_avx2() {
  __m256 sums[kChains];
  for (__m256& sum : sums) sum = _mm256_setzero_ps();
  __m256 factor = _mm256_set1_ps(0.5f);
  for (int64_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < kChains; ++j) sums[j] = _mm256_fmadd_ps(sums[j], factor, factor);
    asm volatile("" : "+x"(factor));
  }
  for (__m256& sum : sums) benchmark::DoNotOptimize(sum);
  return kSteps * kChains * 8 * 2;
}

[[gnu::target("avx512f")]] int64_t multiply_add_avx512() {
  __m512 sums[kChains];
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  __m512 factor = _mm512_set1_ps(0.5f);
  for (int64_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < kChains; ++j) sums[j] = _mm512_fmadd_ps(sums[j], factor, factor);
    asm volatile("" : "+v"(factor));
  }
  for (__m512& sum : sums) benchmark::DoNotOptimize(sum);
  return kSteps * kChains * 16 * 2;
}

void measure_multiply_add(benchmark::State& state, int64_t (*multiply_add)(), int threads) {
  int64_t operations = 0;
  for (auto _ : state) {
#pragma omp parallel num_threads(threads) reduction(+ : operations)
    operations += multiply_add();
  }
  state.SetItemsProcessed(operations);
}

void add_moves(const std::string& name, Move move, int arrays) {
  for (const Level& level : kLevels) {
    for (const int threads : {1, 2}) {
      const std::string row =
          "limit/" + name + "/" + level.name + "/threads:" + std::to_string(threads);
      benchmark::RegisterBenchmark(row.c_str(), [=](benchmark::State& state) {
        measure_move(state, move, arrays, level.bytes, threads);
      })->UseRealTime();
    }
  }
}

void add_multiply_adds(const std::string& name, int64_t (*multiply_add)()) {
  for (const int threads : {1, 2}) {
    const std::string row = "limit/fma/" + name + "/threads:" + std::to_string(threads);
    benchmark::RegisterBenchmark(row.c_str(), [=](benchmark::State& state) {
      measure_multiply_add(state, multiply_add, threads);
    })->UseRealTime();
  }
}

bool add_rows() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return false;
  add_moves("copy", copy<Stores::plain>, 2);
  add_moves("copy_nt", copy<Stores::bypassing>, 2);
  add_moves("triad", triad<Stores::plain>, 3);
  add_moves("triad_nt", triad<Stores::bypassing>, 3);
  add_multiply_adds("avx2", multiply_add_avx2);
  if (__builtin_cpu_supports("avx512f")) add_multiply_adds("avx512", multiply_add_avx512);
  return true;
}

const bool rows_added = add_rows();

}  // namespace

#endif
