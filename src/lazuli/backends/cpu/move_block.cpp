#include "lazuli/backends/cpu/move_block.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace lazuli::cpu {
namespace {

constexpr int kVectorBytes = 16;
constexpr int64_t kPairOfLines = 128;  // of a cache; memory gives two for little more than one
constexpr int64_t kShort = 16;         // elements
constexpr int64_t kAhead = 32;         // lines that are asked for before they are read

// Vectors of 16 bytes: as wide as every processor of the family has. A wider network takes more
// rounds, and memory is slower than this one.
template <typename T>
struct Lanes {
  static constexpr int kCount = kVectorBytes / static_cast<int>(sizeof(T));
  typedef T Vector __attribute__((vector_size(kVectorBytes)));
};

// Element i of the result is element i / 2 of a's or b's lower (upper) half.
template <typename T, int... i>
typename Lanes<T>::Vector interleave_low(typename Lanes<T>::Vector a, typename Lanes<T>::Vector b,
                                         std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (i / 2 + i % 2 * Lanes<T>::kCount)...);
}
template <typename T, int... i>
typename Lanes<T>::Vector interleave_high(typename Lanes<T>::Vector a, typename Lanes<T>::Vector b,
                                          std::integer_sequence<int, i...>) {
  constexpr int kHalf = Lanes<T>::kCount / 2;
  return __builtin_shufflevector(a, b, (kHalf + i / 2 + i % 2 * Lanes<T>::kCount)...);
}

// A square of as many lines as a vector has elements. Lines i and i + n/2 interleave, log2(n)
// times: each round moves one bit of an element's line number to its place in the line.
template <typename T>
void turn_square(char* to, int64_t to_stride, const char* from, int64_t from_stride) {
  constexpr int kCount = Lanes<T>::kCount;
  constexpr auto kPlaces = std::make_integer_sequence<int, kCount>();
  typename Lanes<T>::Vector lines[kCount], next[kCount];
#pragma GCC unroll 16
  for (int i = 0; i < kCount; ++i) std::memcpy(&lines[i], from + i * from_stride, kVectorBytes);
#pragma GCC unroll 4
  for (int round = 1; round < kCount; round *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < kCount / 2; ++i) {
      next[2 * i] = interleave_low<T>(lines[i], lines[i + kCount / 2], kPlaces);
      next[2 * i + 1] = interleave_high<T>(lines[i], lines[i + kCount / 2], kPlaces);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kCount; ++i) lines[i] = next[i];
  }
#pragma GCC unroll 16
  for (int i = 0; i < kCount; ++i) std::memcpy(to + i * to_stride, &lines[i], kVectorBytes);
}

BlockPlace shifted(const BlockPlace& place, int64_t rows, int64_t columns) {
  return {place.base + rows * place.row_stride + columns * place.column_stride, place.row_stride,
          place.column_stride};
}

BlockPlace turned(const BlockPlace& place) {
  return {place.base, place.column_stride, place.row_stride};
}

// Strides that the compiler knows, 0 standing for any, let it work in vectors.
template <typename T, int64_t to_step, int64_t from_step>
void move_line(char* to, int64_t to_stride, const char* from, int64_t from_stride, int64_t count) {
  const int64_t target = to_step ? to_step * int64_t{sizeof(T)} : to_stride;
  const int64_t source = from_step ? from_step * int64_t{sizeof(T)} : from_stride;
  for (int64_t i = 0; i < count; ++i) std::memcpy(to + i * target, from + i * source, sizeof(T));
}

template <typename T>
void move_lines(const BlockPlace& to, const BlockPlace& from, int64_t rows, int64_t columns) {
  // The shorter side costs a call a line.
  if (columns < kShort
          ? columns < rows
          : rows >= kShort && std::abs(from.row_stride) < std::abs(from.column_stride)) {
    return move_lines<T>(turned(to), turned(from), columns, rows);
  }
  auto* move = move_line<T, 0, 0>;
  if (to.column_stride == sizeof(T)) {
    const int64_t step = from.column_stride;
    move = step == sizeof(T)       ? move_line<T, 1, 1>
           : step == 2 * sizeof(T) ? move_line<T, 1, 2>
           : step == 3 * sizeof(T) ? move_line<T, 1, 3>
           : step == 4 * sizeof(T) ? move_line<T, 1, 4>
                                   : move_line<T, 1, 0>;
  }
  for (int64_t row = 0; row < rows; ++row) {
    move(to.base + row * to.row_stride, to.column_stride, from.base + row * from.row_stride,
         from.column_stride, columns);
  }
}

// Columns lie in order in `to`, rows in `from`. The side of `far` lies in lines far apart, often at
// a power of two, so that few of them stay in a cache: each is done with before the next ones.
enum class Far { to, from };
template <typename T, Far far>
void turn(const BlockPlace& to, const BlockPlace& from, int64_t rows, int64_t columns) {
  constexpr int kCount = Lanes<T>::kCount;
  constexpr int64_t kStretch = (far == Far::from ? kPairOfLines : kPairOfLines / 2) / sizeof(T);
  const int64_t whole_rows = rows / kCount * kCount;
  const int64_t whole_columns = columns / kCount * kCount;
  const auto square = [&](int64_t row, int64_t column) {
    turn_square<T>(to.base + row * to.row_stride + column * int64_t{sizeof(T)}, to.row_stride,
                   from.base + column * from.column_stride + row * int64_t{sizeof(T)},
                   from.column_stride);
  };
  if constexpr (far == Far::to) {
    for (int64_t first = 0; first < whole_columns; first += kStretch) {
      const int64_t last = std::min(first + kStretch, whole_columns);
      for (int64_t row = 0; row < whole_rows; row += kCount) {
        for (int64_t column = first; column < last; column += kCount) square(row, column);
      }
    }
  } else {
    for (int64_t first = 0; first < whole_rows; first += kStretch) {
      const int64_t last = std::min(first + kStretch, whole_rows);
      for (int64_t column = 0; column < whole_columns; column += kCount) {
        // What comes after this stretch's last line is the next stretch's first.
        const bool is_next = column + kAhead >= whole_columns;
        const char* ahead = from.base +
                            (column + kAhead - (is_next ? whole_columns : 0)) * from.column_stride +
                            (first + (is_next ? kStretch : 0)) * int64_t{sizeof(T)};
        for (int i = 0; i < kCount; ++i) {
          __builtin_prefetch(ahead + i * from.column_stride, 0, 2);
          __builtin_prefetch(ahead + i * from.column_stride + kPairOfLines / 2, 0, 2);
        }
        for (int64_t row = first; row < last; row += kCount) square(row, column);
      }
    }
  }
  if (whole_columns < columns) {
    move_lines<T>(shifted(to, 0, whole_columns), shifted(from, 0, whole_columns), whole_rows,
                  columns - whole_columns);
  }
  if (whole_rows < rows) {
    move_lines<T>(shifted(to, whole_rows, 0), shifted(from, whole_rows, 0), rows - whole_rows,
                  columns);
  }
}

template <typename T>
void move_elements(const BlockPlace& to, const BlockPlace& from, int64_t rows, int64_t columns) {
  constexpr int64_t kSize = sizeof(T);
  if (to.column_stride == kSize && from.row_stride == kSize) {
    return turn<T, Far::from>(to, from, rows, columns);
  }
  if (to.row_stride == kSize && from.column_stride == kSize) {
    return turn<T, Far::to>(turned(to), turned(from), columns, rows);
  }
  move_lines<T>(to, from, rows, columns);
}

}  // namespace

void move_block(const BlockPlace& to, const BlockPlace& from, int64_t rows, int64_t columns,
                int size) {
  switch (size) {
    case 1:
      return move_elements<uint8_t>(to, from, rows, columns);
    case 2:
      return move_elements<uint16_t>(to, from, rows, columns);
    case 4:
      return move_elements<uint32_t>(to, from, rows, columns);
    default:
      return move_elements<uint64_t>(to, from, rows, columns);
  }
}

}  // namespace lazuli::cpu
