// Sorting: the order of each line's elements, as their places. An element and its place travel
// together, so any way of sorting such pairs is a stable one and gives the same result. Where only
// the elements are wanted, their keys are sorted alone.
#include <algorithm>
#include <array>
#include <vector>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/backends/cpu/library/sort_keys.h"
#include "lazuli/runtime/buffer.h"

namespace lazuli::cpu {
namespace {

using backend::LibraryCall;
using backend::TensorArgument;

constexpr int64_t kCompared = 256;          // shorter lines are sorted by comparing
constexpr int64_t kShared = 256 * 1024;     // longer lines are sorted by all threads together
constexpr int64_t kWideDigits = 64 * 1024;  // from here on digits of 11 bits pay
constexpr int64_t kPart = 32 * 1024;        // least elements of a part of such a line

// Pairs of a key and a place, ordered by both.
struct Wide {
  uint64_t key;
  uint64_t place;
  friend bool operator<(const Wide& a, const Wide& b) {
    return a.key != b.key ? a.key < b.key : a.place < b.place;
  }
};
// Keys of 32 bits above places of as many.
using Narrow = uint64_t;

Narrow pair_of(uint32_t key, int64_t place) {
  return uint64_t{key} << 32 | static_cast<uint64_t>(place);
}
Wide pair_of(uint64_t key, int64_t place) { return {key, static_cast<uint64_t>(place)}; }
int64_t place_in(Narrow pair) { return static_cast<int64_t>(pair & 0xffffffffu); }
int64_t place_in(const Wide& pair) { return static_cast<int64_t>(pair.place); }
uint32_t key_in(Narrow pair) { return static_cast<uint32_t>(pair >> 32); }
uint64_t key_in(const Wide& pair) { return pair.key; }

// A key alone.
template <typename Key>
struct Single {
  Key key;
  friend bool operator<(Single a, Single b) { return a.key < b.key; }
};
template <typename Key>
Key key_in(Single<Key> single) {
  return single.key;
}

// Sorts by the key's digits, the last one first; each pass keeps the order of those before. The
// parts of a line know from all parts' counts where their pairs go, so it does not matter who moves
// them.
template <int kKeyBytes, int kBits, typename Pair>
void radix_sort(Pair* pairs, Pair* spare, int64_t count) {
  constexpr size_t kDigits = size_t{1} << kBits;
  const int64_t parts = count < kShared ? 1 : std::min<int64_t>(16, count / kPart);
  const auto range = [&](int64_t part) {
    return std::pair(count * part / parts, count * (part + 1) / parts);
  };
  // A cache line more than the digits, so that the parts' counts of one do not share a set.
  std::vector<std::array<int64_t, kDigits + 8>> places(static_cast<size_t>(parts));
  Pair* from = pairs;
  Pair* to = spare;
  for (int shift = 0; shift < 8 * kKeyBytes; shift += kBits) {
    const auto digit_of = [shift](const Pair& pair) {
      return static_cast<size_t>(key_in(pair) >> shift) & (kDigits - 1);
    };
    runtime::parallel_for(parts, [&](int64_t part) {
      auto& counts = places[static_cast<size_t>(part)];
      counts.fill(0);
      const auto [first, last] = range(part);
      for (int64_t i = first; i < last; ++i) ++counts[digit_of(from[i])];
    });
    int64_t place = 0;
    bool is_one = false;  // all have the same digit
    for (size_t value = 0; value < kDigits; ++value) {
      const int64_t before = place;
      for (auto& counts : places) place += std::exchange(counts[value], place);
      is_one |= place - before == count;
    }
    if (is_one) continue;
    runtime::parallel_for(parts, [&](int64_t part) {
      auto& next = places[static_cast<size_t>(part)];
      const auto [first, last] = range(part);
      for (int64_t i = first; i < last; ++i) to[next[digit_of(from[i])]++] = from[i];
    });
    std::swap(from, to);
  }
  if (from != pairs) std::copy_n(from, count, pairs);
}

template <int kKeyBytes, typename Pair>
void sort_pairs(Pair* pairs, Pair* spare, int64_t count) {
  if (count < kCompared) {
    std::sort(pairs, pairs + count);
  } else if (kKeyBytes == 4 && count >= kWideDigits) {  // three passes instead of four
    radix_sort<kKeyBytes, 11>(pairs, spare, count);
  } else {
    radix_sort<kKeyBytes, 8>(pairs, spare, count);
  }
}

// The places of the first `wanted` of a line's elements in their order, into pairs; `room` pairs
// hold those that may yet be among them.
template <typename T, typename Pair>
void select_pairs(const T* line, int64_t length, int64_t step, SortKey<T> flip, int64_t wanted,
                  Pair* pairs, int64_t room) {
  int64_t held = 0;
  bool is_bounded = false;
  SortKey<T> bound = 0;  // the greatest key of `wanted` pairs, to which later ones lose
  for (int64_t j = 0; j < length; ++j) {
    const SortKey<T> key = sort_key(line[j * step]) ^ flip;
    if (is_bounded && key >= bound) continue;
    pairs[held++] = pair_of(key, j);
    if (held < room) continue;
    std::nth_element(pairs, pairs + wanted - 1, pairs + held);
    held = wanted;
    is_bounded = true;
    bound = key_in(pairs[wanted - 1]);
  }
  if (held > wanted) std::nth_element(pairs, pairs + wanted - 1, pairs + held);
  std::sort(pairs, pairs + wanted);
}

// Calls f(first line of the task, its scratch) with `bytes` of scratch for each line's sorting.
template <typename T>
void for_each_line(const LibraryCall& call, int dim, int64_t pairs, const auto& visit) {
  using Pair = std::conditional_t<sizeof(T) == 8, Wide, Narrow>;
  const TensorArgument self = with_dimension(call.operands[0]);
  const TensorArgument result = with_dimension(call.result);
  if (result.shape.product() == 0) return;
  Shape across = result.shape;
  across[dim] = 1;
  const int64_t lines = across.product();
  // Long lines come one after the other, each by all threads; others are shared out whole.
  const int64_t tasks = self.shape[dim] >= kShared ? 1 : std::min<int64_t>(lines, 16);
  const auto scratch = runtime::Buffer::allocated(tasks * pairs * int64_t{sizeof(Pair)});
  runtime::parallel_for(tasks, [&](int64_t task) {
    auto* own = reinterpret_cast<Pair*>(scratch->data()) + task * pairs;
    const int64_t first = lines * task / tasks;
    const int64_t last = lines * (task + 1) / tasks;
    Walk<2> walk(across, {&self.strides, &result.strides}, first);
    for (int64_t line = first; line < last; ++line, walk.advance()) {
      visit(reinterpret_cast<const T*>(self.data) + walk.offsets[0], self.strides[dim],
            reinterpret_cast<int64_t*>(call.result.data) + walk.offsets[1], result.strides[dim],
            own);
    }
  });
}

}  // namespace

void sorted_places(const LibraryCall& call) {
  const int dim = static_cast<int>(call.attributes[0]);
  const bool is_descending = call.attributes[1] != 0;
  const int64_t length = with_dimension(call.operands[0]).shape[dim];
  LZ_ASSERT(length <= int64_t{1} << 32, "sort: need at most 2^32 elements; got {}", length);
  with_elements(call.operands[0].dtype, [&](auto element) {
    using T = decltype(element);
    const SortKey<T> flip = is_descending ? ~SortKey<T>{0} : 0;
    for_each_line<T>(call, dim, 2 * length,
                     [&](const T* line, int64_t step, int64_t* to, int64_t to_step, auto* pairs) {
                       const int64_t parts = length < kShared ? 1 : length / kPart;
                       runtime::parallel_for(parts, [&](int64_t part) {
                         const int64_t last = length * (part + 1) / parts;
                         for (int64_t j = length * part / parts; j < last; ++j) {
                           pairs[j] = pair_of(sort_key(line[j * step]) ^ flip, j);
                         }
                       });
                       sort_pairs<sizeof(T)>(pairs, pairs + length, length);
                       for (int64_t j = 0; j < length; ++j) to[j * to_step] = place_in(pairs[j]);
                     });
  });
}

void top_places(const LibraryCall& call) {
  const int dim = static_cast<int>(call.attributes[0]);
  const bool is_largest = call.attributes[1] != 0;
  const int64_t length = with_dimension(call.operands[0]).shape[dim];
  const int64_t wanted = with_dimension(call.result).shape[dim];
  const int64_t room = std::min(length, std::max<int64_t>(2 * wanted, 1024)) + 1;
  with_elements(call.operands[0].dtype, [&](auto element) {
    using T = decltype(element);
    const SortKey<T> flip = is_largest ? ~SortKey<T>{0} : 0;
    for_each_line<T>(call, dim, room,
                     [&](const T* line, int64_t step, int64_t* to, int64_t to_step, auto* pairs) {
                       select_pairs(line, length, step, flip, wanted, pairs, room);
                       for (int64_t j = 0; j < wanted; ++j) to[j * to_step] = place_in(pairs[j]);
                     });
  });
}

namespace {

// Of bytes it is enough to know how often each comes.
template <typename T>
void sort_bytes(const T* from, int64_t step, int64_t length, T* to) {
  const int64_t parts = std::clamp<int64_t>(length / kPart, 1, 16);
  std::vector<std::array<int64_t, 256>> counts(static_cast<size_t>(parts));
  runtime::parallel_for(parts, [&](int64_t part) {
    auto& own = counts[static_cast<size_t>(part)];
    own.fill(0);
    const int64_t last = length * (part + 1) / parts;
    for (int64_t i = length * part / parts; i < last; ++i) ++own[sort_key(from[i * step])];
  });
  for (size_t key = 0; key < 256; ++key) {
    int64_t count = 0;
    for (const auto& own : counts) count += own[key];
    to = std::fill_n(to, count, element_of<T>(static_cast<SortKey<T>>(key)));
  }
}

}  // namespace

void sorted_values(const LibraryCall& call) {
  const TensorArgument& self = call.operands[0];
  const int64_t length = self.shape[0];
  with_elements(self.dtype, [&](auto element) {
    using T = decltype(element);
    using Key = Single<SortKey<T>>;
    const T* from = reinterpret_cast<const T*>(self.data);
    T* to = reinterpret_cast<T*>(call.result.data);
    if constexpr (sizeof(T) == 1) return sort_bytes(from, self.strides[0], length, to);
    const auto scratch = runtime::Buffer::allocated(2 * length * int64_t{sizeof(Key)});
    auto* keys = reinterpret_cast<Key*>(scratch->data());
    const int64_t parts = std::max<int64_t>(1, length / kPart);
    const auto in_parts = [&](const auto& visit) {
      runtime::parallel_for(parts, [&](int64_t part) {
        const int64_t last = length * (part + 1) / parts;
        for (int64_t i = length * part / parts; i < last; ++i) visit(i);
      });
    };
    in_parts([&](int64_t i) { keys[i].key = sort_key(from[i * self.strides[0]]); });
    sort_pairs<sizeof(T)>(keys, keys + length, length);
    in_parts([&](int64_t i) { to[i] = element_of<T>(keys[i].key); });
  });
}

}  // namespace lazuli::cpu
