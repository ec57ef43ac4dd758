// The order of a matrix's rows: parts are sorted by comparing, then merged two by two, by the
// thread team. A row and its place travel together, so the result does not depend on the parts.
#include <algorithm>
#include <vector>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"
#include "lazuli/backends/cpu/library/sort_keys.h"
#include "lazuli/runtime/buffer.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kRows = 4096;  // least rows of a part

// A row by its first key, which mostly decides, and its place.
template <typename Key>
struct Row {
  Key first;
  int64_t place;
};

template <typename Key>
void sort_rows(const Key* keys, int64_t length, std::vector<Row<Key>>& rows) {
  const auto comes_before = [keys, length](const Row<Key>& a, const Row<Key>& b) {
    if (a.first != b.first) return a.first < b.first;
    const Key* left = keys + a.place * length;
    const Key* right = keys + b.place * length;
    for (int64_t i = 1; i < length; ++i) {
      if (left[i] != right[i]) return left[i] < right[i];
    }
    return a.place < b.place;
  };
  const auto count = static_cast<int64_t>(rows.size());
  int64_t parts = 1;
  while (parts < 16 && count / (2 * parts) >= kRows) parts *= 2;
  const auto begin_of = [&](int64_t part, int64_t of) { return rows.begin() + count * part / of; };
  runtime::parallel_for(parts, [&](int64_t part) {
    std::sort(begin_of(part, parts), begin_of(part + 1, parts), comes_before);
  });
  std::vector<Row<Key>> merged(parts > 1 ? rows.size() : 0);
  for (; parts > 1; parts /= 2) {
    runtime::parallel_for(parts / 2, [&](int64_t pair) {
      const auto middle = begin_of(2 * pair + 1, parts);
      std::merge(begin_of(2 * pair, parts), middle, middle, begin_of(2 * pair + 2, parts),
                 merged.begin() + (begin_of(2 * pair, parts) - rows.begin()), comes_before);
    });
    rows.swap(merged);
  }
}

}  // namespace

void row_places(const backend::LibraryCall& call) {
  const backend::TensorArgument& self = call.operands[0];
  const int64_t count = self.shape[0];
  const int64_t length = self.shape[1];
  with_elements(self.dtype, [&](auto element) {
    using T = decltype(element);
    using Key = SortKey<T>;
    const T* from = reinterpret_cast<const T*>(self.data);
    const auto scratch = runtime::Buffer::allocated(count * length * int64_t{sizeof(Key)});
    Key* keys = reinterpret_cast<Key*>(scratch->data());
    std::vector<Row<Key>> rows(static_cast<size_t>(count));
    const int64_t parts = std::clamp<int64_t>(count / kRows, 1, 16);
    runtime::parallel_for(parts, [&](int64_t part) {
      const int64_t last = count * (part + 1) / parts;
      for (int64_t row = count * part / parts; row < last; ++row) {
        const T* line = from + row * self.strides[0];
        for (int64_t i = 0; i < length; ++i) {
          keys[row * length + i] = sort_key(line[i * self.strides[1]]);
        }
        rows[static_cast<size_t>(row)] = {length > 0 ? keys[row * length] : Key{0}, row};
      }
    });
    sort_rows(keys, length, rows);
    auto* to = reinterpret_cast<int64_t*>(call.result.data);
    for (int64_t i = 0; i < count; ++i)
      to[i * call.result.strides[0]] = rows[static_cast<size_t>(i)].place;
  });
}

}  // namespace lazuli::cpu
