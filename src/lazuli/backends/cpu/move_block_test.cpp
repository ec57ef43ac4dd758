#include "lazuli/backends/cpu/move_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace lazuli::cpu {
namespace {

// Elements of a block somewhere in memory that is as large as it must be.
struct Memory {
  std::vector<char> bytes;
  BlockPlace place;

  Memory(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride, int size,
         bool numbered) {
    const auto reach = [](int64_t extent, int64_t stride) { return (extent - 1) * stride; };
    const int64_t row = reach(rows, row_stride), column = reach(columns, column_stride);
    const int64_t below = std::min<int64_t>(row, 0) + std::min<int64_t>(column, 0);
    const int64_t above = std::max<int64_t>(row, 0) + std::max<int64_t>(column, 0);
    bytes.assign(static_cast<size_t>(above - below + size), '\x5a');
    for (size_t i = 0; numbered && i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(i * 37 + i / 251);
    }
    place = {bytes.data() - below, row_stride, column_stride};
  }
};

void expect_moved(int64_t rows, int64_t columns, int size, bool to_turned, bool from_turned,
                  int64_t gap, int64_t step) {
  const auto memory = [&](bool turned, int64_t inner, bool numbered) {
    const int64_t outer = ((turned ? rows : columns) * std::abs(inner) + gap) * size;
    return turned ? Memory(rows, columns, inner * size, outer, size, numbered)
                  : Memory(rows, columns, outer, inner * size, size, numbered);
  };
  const Memory from = memory(from_turned, step, true);
  Memory to = memory(to_turned, 1, false);
  std::vector<char> expected = to.bytes;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      const char* element =
          from.place.base + row * from.place.row_stride + column * from.place.column_stride;
      const int64_t offset = to.place.base - to.bytes.data() + row * to.place.row_stride +
                             column * to.place.column_stride;
      std::memcpy(expected.data() + offset, element, static_cast<size_t>(size));
    }
  }
  move_block(to.place, from.place, rows, columns, size);
  EXPECT_EQ(to.bytes, expected) << rows << " rows, " << columns << " columns of " << size
                                << " bytes, to " << to_turned << ", from " << from_turned
                                << ", gap " << gap << ", step " << step;
}

TEST(MoveBlock, EveryWayAndSize) {
  constexpr int64_t kExtents[] = {1, 2, 3, 4, 7, 8, 15, 16, 17, 33, 64, 100, 130};
  for (const int size : {1, 2, 4, 8}) {
    for (const int64_t rows : kExtents) {
      for (const int64_t columns : kExtents) {
        for (const bool to_turned : {false, true}) {
          for (const bool from_turned : {false, true}) {
            expect_moved(rows, columns, size, to_turned, from_turned, 0, 1);
            expect_moved(rows, columns, size, to_turned, from_turned, 3, 1);
          }
        }
      }
    }
  }
}

TEST(MoveBlock, Steps) {
  for (const int size : {1, 2, 4, 8}) {
    for (const int64_t step : {-3, -1, 2, 3, 4, 5, 9}) {
      for (const bool from_turned : {false, true}) {
        expect_moved(9, 70, size, false, from_turned, 1, step);
        expect_moved(70, 9, size, true, from_turned, 2, step);
        expect_moved(40, 33, size, true, from_turned, 0, step);
      }
    }
  }
}

TEST(MoveBlock, OneRowForAll) {
  std::vector<int32_t> from = {1, 2, 3, 4, 5, 6};
  std::vector<int32_t> to(12);
  move_block({reinterpret_cast<char*>(to.data()), 12, 4},
             {reinterpret_cast<char*>(from.data()), 0, 8}, 4, 3, 4);
  EXPECT_EQ(to, (std::vector<int32_t>{1, 3, 5, 1, 3, 5, 1, 3, 5, 1, 3, 5}));
}

}  // namespace
}  // namespace lazuli::cpu
