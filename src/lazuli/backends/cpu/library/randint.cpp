// Whole numbers that are equally likely, and orders that are.
#include <algorithm>
#include <concepts>
#include <numeric>
#include <utility>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/backends/cpu/library/random_words.h"
#include "lazuli/base/check.h"
#include "lazuli/core/element_types.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kTask = 16 * 1024;  // elements; a few ten microseconds
constexpr int64_t kPart = 512;        // numbers whose words stay in the nearest cache

// Calls take(i, bits) with 64 bits for each i in [first, last), of which `first` is even: a block
// of the stream has two.
template <typename Take>
void for_each_number(const backend::LibraryCall& call, int64_t first, int64_t last,
                     const Take& take) {
  uint32_t words[2 * kPart];
  for (int64_t i = first; i < last; i += kPart) {
    const int64_t count = std::min(kPart, last - i);
    philox::words(call.numbers[0], call.numbers[1] + static_cast<uint64_t>(i / 2), words,
                  2 * count);
    for (int64_t k = 0; k < count; ++k) {
      take(i + k, uint64_t{words[2 * k]} << 32 | words[2 * k + 1]);
    }
  }
}

// In [0, count): the upper half of the product, which prefers none by more than count / 2^64.
uint64_t scaled(uint64_t bits, uint64_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>(Wide{bits} * count >> 64);
}

template <typename T>
void fill(const backend::LibraryCall& call) {
  const auto low = static_cast<uint64_t>(call.numbers[2]);
  const uint64_t count = call.numbers[3] - low;
  T* target = reinterpret_cast<T*>(call.result.data);
  const int64_t total = call.result.shape.product();
  runtime::parallel_for((total + kTask - 1) / kTask, [&](int64_t task) {
    for_each_number(call, task * kTask, std::min((task + 1) * kTask, total),
                    [&](int64_t i, uint64_t bits) {
                      const auto value = static_cast<int64_t>(low + scaled(bits, count));
                      if constexpr (std::same_as<T, float16> || std::same_as<T, bfloat16>) {
                        target[i] = T(static_cast<float>(value));
                      } else {
                        target[i] = static_cast<T>(value);
                      }
                    });
  });
}

}  // namespace

void randint(const backend::LibraryCall& call) {
  with_elements(call.result.dtype, [&](auto element) { fill<decltype(element)>(call); });
}

// Fisher and Yates' shuffle.
void randperm(const backend::LibraryCall& call) {
  auto* target = reinterpret_cast<int64_t*>(call.result.data);
  const int64_t count = call.result.shape.product();
  std::iota(target, target + count, int64_t{0});
  for_each_number(call, 0, count, [&](int64_t i, uint64_t bits) {
    const int64_t place = count - 1 - i;
    const auto other = static_cast<int64_t>(scaled(bits, static_cast<uint64_t>(place) + 1));
    std::swap(target[place], target[other]);
  });
}

}  // namespace lazuli::cpu
