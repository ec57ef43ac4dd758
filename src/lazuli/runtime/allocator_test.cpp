#include "lazuli/runtime/allocator.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/base/metrics.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/runtime/size_class.h"

namespace lazuli::runtime {
namespace {

using metrics::Counter;

TEST(SizeClass, WastesLessThanAnEighth) {
  for (int64_t bytes = 1; bytes < kLargestBlock; bytes += 1 + bytes / 7) {
    const int size_class = size_class_of(bytes);
    const int64_t size = bytes_of_class(size_class);
    ASSERT_GE(size, bytes);
    ASSERT_EQ(size % 64, 0);
    if (bytes > 64) {
      ASSERT_LT(size - bytes, std::max<int64_t>(64, bytes / 8 + 1)) << bytes;
    }
    ASSERT_EQ(size_class_of(size), size_class);
    if (size_class > 0) {
      ASSERT_LT(bytes_of_class(size_class - 1), bytes);
    }
  }
}

TEST(Allocator, AlignsAndHoldsEverySize) {
  for (int64_t bytes :
       {0, 1, 64, 65, 512, 513, 4096, 32768, 32769, 262143, 262144, 2097152, 5000000}) {
    char* memory = allocate(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % kAlignment, 0u) << bytes;
    if (bytes >= 2097152) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 2097152, 0u);
    }
    std::memset(memory, 0x5a, static_cast<size_t>((bytes + 63) / 64 * 64));
    release(memory, bytes);
  }
}

TEST(Allocator, ReusesBlocks) {
  for (int64_t bytes : {16, 3000, 40000, 300000, 3000000}) {
    char* first = allocate(bytes);
    release(first, bytes);
    const uint64_t blocks = metrics::value(Counter::blocks_allocated);
    char* second = allocate(bytes);
    EXPECT_EQ(first, second);
    EXPECT_EQ(metrics::value(Counter::blocks_allocated), blocks);
    release(second, bytes);
  }
}

TEST(Allocator, CountsWhatIsInUse) {
  const MemoryStatistics before = memory_statistics();
  char* small = allocate(100);
  char* large = allocate(1 << 20);
  EXPECT_EQ(memory_statistics().in_use, before.in_use + 128 + (1 << 20));
  std::thread([&] { release(small, 100); }).join();
  release(large, 1 << 20);
  EXPECT_EQ(memory_statistics().in_use, before.in_use);
  EXPECT_GE(memory_statistics().peak, before.in_use + 128 + (1 << 20));
  reset_peak();
  EXPECT_EQ(memory_statistics().peak, before.in_use);
  trim();
  EXPECT_EQ(memory_statistics().cached, 0);
}

TEST(Allocator, ThrowsWhenThereIsNoMemory) {
  EXPECT_THROW(allocate(int64_t{1} << 46), DeviceError);
  EXPECT_THROW(allocate(int64_t{1} << 62), DeviceError);
}

TEST(Allocator, BoundsWhatItKeeps) {
  trim();
  reset_peak();
  for (int64_t i = 0; i < 300; ++i) {  // ever new sizes, 1.6 GB in all
    const int64_t bytes = 5'000'000 + i * 60'000;
    release(allocate(bytes), bytes);
  }
  const MemoryStatistics after = memory_statistics();
  EXPECT_LE(after.cached, (256 << 20) + after.peak / 2);
  trim();
}

// One thread takes, another gives: blocks go round through the shared store.
TEST(Allocator, BlocksGivenByAnotherThreadComeBack) {
  constexpr int kRounds = 2000;
  constexpr int kBatch = 50;
  SpinLock lock;
  std::vector<char*> transit;
  bool done = false;
  std::thread giver([&] {
    while (true) {
      std::vector<char*> taken;
      bool last;
      {
        const std::lock_guard guard(lock);
        taken.swap(transit);
        last = done;
      }
      for (char* block : taken) release(block, 16);
      if (last && taken.empty()) return;
      std::this_thread::yield();
    }
  });
  const uint64_t before = metrics::value(Counter::blocks_allocated);
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kBatch; ++i) {
      char* block = allocate(16);
      block[0] = 1;
      const std::lock_guard guard(lock);
      transit.push_back(block);
    }
    while (true) {
      const std::lock_guard guard(lock);
      if (transit.size() < 500) break;
    }
  }
  {
    const std::lock_guard guard(lock);
    done = true;
  }
  giver.join();
  EXPECT_LT(metrics::value(Counter::blocks_allocated) - before, 3000u);
}

TEST(Allocator, ManyThreadsKeepTheirBlocksApart) {
  auto work = [](int seed) {
    std::mt19937 random(static_cast<uint32_t>(seed));
    std::vector<std::pair<char*, int64_t>> held;
    for (int i = 0; i < 20000; ++i) {
      if (held.size() < 40 && random() % 2) {
        const int64_t bytes = 1 + random() % (random() % 8 ? 2000 : 100000);
        char* memory = allocate(bytes);
        memory[0] = memory[bytes - 1] = static_cast<char>(seed);
        held.emplace_back(memory, bytes);
      } else if (!held.empty()) {
        std::swap(held[random() % held.size()], held.back());
        const auto [memory, bytes] = held.back();
        ASSERT_EQ(memory[0], static_cast<char>(seed));
        ASSERT_EQ(memory[bytes - 1], static_cast<char>(seed));
        release(memory, bytes);
        held.pop_back();
      }
    }
    for (const auto& [memory, bytes] : held) release(memory, bytes);
  };
  const int64_t before = memory_statistics().in_use;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i + 1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory_statistics().in_use, before);
}

// Memory that lives until the process ends, released by a static destructor.
struct DiesLast {
  char* memory = allocate(64);
  ~DiesLast() { release(memory, 64); }
};
DiesLast dies_last;

}  // namespace
}  // namespace lazuli::runtime
