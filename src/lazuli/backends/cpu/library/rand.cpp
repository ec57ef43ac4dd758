#include <algorithm>
#include <concepts>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/philox.h"
#include "lazuli/backends/cpu/library/random_words.h"
#include "lazuli/base/check.h"
#include "lazuli/core/element_types.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kTask = 32 * 1024;  // elements; a few ten microseconds

// Words of one element.
template <typename T>
constexpr int64_t kWords = sizeof(T) == 8 ? 2 : 1;

template <typename T>
T element(const uint32_t* word) {
  if constexpr (std::same_as<T, double>) return philox::to_uniform_f64(word[0], word[1]);
  if constexpr (std::same_as<T, float16>) return float16(philox::to_uniform(*word, 11));
  if constexpr (std::same_as<T, bfloat16>) return bfloat16(philox::to_uniform(*word, 8));
  if constexpr (std::same_as<T, float>) return philox::to_uniform(*word);
}

// In parts whose words stay in the nearest cache.
template <typename T>
void fill(uint64_t seed, uint64_t block, T* target, int64_t count) {
  constexpr int64_t kPart = 1024 / kWords<T>;
  uint32_t part[1024];
  for (int64_t i = 0; i < count; i += kPart, block += 1024 / 4) {
    const int64_t length = std::min(kPart, count - i);
    philox::words(seed, block, part, length * kWords<T>);
    for (int64_t j = 0; j < length; ++j) target[i + j] = element<T>(part + j * kWords<T>);
  }
}

template <typename T>
void fill_in_tasks(const backend::LibraryCall& call) {
  const uint64_t seed = call.numbers[0];
  const uint64_t counter = call.numbers[1];
  T* target = reinterpret_cast<T*>(call.result.data);
  const int64_t count = call.result.shape.product();
  runtime::parallel_for((count + kTask - 1) / kTask, [&](int64_t task) {
    const kernel::FloatEnvironment rules;
    const int64_t first = task * kTask;
    fill(seed, counter + static_cast<uint64_t>(first * kWords<T> / 4), target + first,
         std::min(kTask, count - first));
  });
}

}  // namespace

void rand(const backend::LibraryCall& call) {
  switch (call.result.dtype) {
    case DType::f16:
      return fill_in_tasks<float16>(call);
    case DType::bf16:
      return fill_in_tasks<bfloat16>(call);
    case DType::f32:
      return fill_in_tasks<float>(call);
    case DType::f64:
      return fill_in_tasks<double>(call);
    default:
      LZ_ASSERT(false, "rand of {}", name_of(call.result.dtype));
  }
}

}  // namespace lazuli::cpu
