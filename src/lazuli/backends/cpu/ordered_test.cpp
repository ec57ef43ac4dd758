#include "lazuli/backends/cpu/ordered.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lazuli::cpu {
namespace {

using backend::Instance;
using kernel::AccessArguments;
using kernel::Arguments;
using kernel::Phase;

// Copies access 0 to access 1, both neighbouring elements; in parts, the chunks it is told.
class Copy final : public kernel::Program {
 public:
  int64_t scratch_bytes(int64_t, int64_t, int64_t) const override { return 0; }
  int64_t code_bytes() const override { return 0; }
  void run(const Arguments& arguments) const override {
    const AccessArguments *from = arguments.accesses, *to = from + 1;
    ASSERT_EQ(from->column_stride, 4);
    ASSERT_EQ(to->column_stride, 4);
    const bool in_part = arguments.phase == Phase::partial;
    const int64_t first = in_part ? arguments.chunk_first * kernel::kChunk : 0;
    const int64_t last = in_part
                             ? std::min(arguments.columns, arguments.chunk_last * kernel::kChunk)
                             : arguments.columns;
    for (int64_t row = 0; row < arguments.rows; ++row) {
      const auto* source = reinterpret_cast<const int32_t*>(from->base + row * from->row_stride);
      auto* target = reinterpret_cast<int32_t*>(to->base + row * to->row_stride);
      std::copy(source + first, source + last, target + first);
    }
  }
};

struct Way {
  bool from_turned, to_turned;
};

void expect_copied(int64_t rows, int64_t columns, Way way, bool folds, bool in_parts) {
  std::vector<int32_t> from(static_cast<size_t>(rows * columns)), to(from.size(), -1);
  const auto place = [&](bool turned, int64_t row, int64_t column) {
    return static_cast<size_t>(turned ? column * rows + row : row * columns + column);
  };
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      from[place(way.from_turned, row, column)] = static_cast<int32_t>(row * 100003 + column);
    }
  }
  const auto access = [&](std::vector<int32_t>& memory, bool turned) {
    AccessArguments arguments;
    arguments.base = reinterpret_cast<char*>(memory.data());
    arguments.row_stride = turned ? 4 : columns * 4;
    arguments.column_stride = turned ? rows * 4 : 4;
    return arguments;
  };
  const AccessArguments accesses[] = {access(from, way.from_turned), access(to, way.to_turned)};
  const std::vector<OrderedAccess> ordered = {{0, 4, false}, {1, 4, true}};
  Instance instance;
  instance.rows = rows;
  instance.columns = columns;
  instance.accesses = accesses;
  const Tile tile = tile_of(ordered, folds, instance);
  if (rows == 1 || (!way.from_turned && !way.to_turned)) {  // all lie in order
    EXPECT_EQ(tile.rows, 0);
    return;
  }
  Arguments box;
  box.rows = rows;
  box.columns = columns;
  box.accesses = accesses;
  if (in_parts) {
    box.phase = Phase::partial;
    box.chunk_last = (columns + kernel::kChunk - 1) / kernel::kChunk;
  }
  run_in_tiles(Copy(), ordered, 2, folds, tile, box);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      ASSERT_EQ(to[place(way.to_turned, row, column)], row * 100003 + column)
          << rows << " x " << columns << ", row " << row << ", column " << column;
    }
  }
}

TEST(Ordered, EveryTileOfABox) {
  constexpr int64_t kSizes[][2] = {{1, 1},    {3, 5000}, {5000, 3}, {64, 128},  {65, 129},
                                   {200, 17}, {17, 300}, {4, 9000}, {130, 260}, {1000, 1}};
  for (const auto& size : kSizes) {
    for (const Way way : {Way{false, false}, {true, false}, {false, true}, {true, true}}) {
      expect_copied(size[0], size[1], way, false, false);
      expect_copied(size[0], size[1], way, true, false);
      expect_copied(size[0], size[1], way, true, true);
    }
  }
}

TEST(Ordered, OnlyWhatLoopsReadThemselves) {
  using kernel::Access;
  using kernel::Step;
  kernel::Kernel kernel;
  const auto load = [](uint32_t access, kernel::ValueId index) {
    kernel::Instruction instruction{kernel::Primitive::load, kernel::Type::f32};
    instruction.index = access;
    instruction.operands[0] = index;
    return instruction;
  };
  for (int i = 0; i < 4; ++i) kernel.accesses.push_back({.step = Step::turned});
  kernel.accesses[3].step = Step::any;
  kernel.code = {load(0, kernel::kNoValue), load(1, kernel::kNoValue), load(2, 0),
                 load(3, kernel::kNoValue)};
  kernel.blocks = {{kernel::Level::point, 0, 1}, {kernel::Level::loop, 1, 4}};
  kernel::Kernel in_columns = kernel;
  in_columns.form = kernel::Form::columns;
  EXPECT_TRUE(put_in_order(in_columns).empty());
  const std::vector<OrderedAccess> ordered = put_in_order(kernel);
  ASSERT_EQ(ordered.size(), 1u);
  EXPECT_EQ(ordered[0].access, 1);
  EXPECT_EQ(ordered[0].size, 4);
  EXPECT_EQ(kernel.accesses[0].step, Step::turned);
  EXPECT_EQ(kernel.accesses[1].step, Step::unit);
  EXPECT_EQ(kernel.accesses[2].step, Step::turned);
  EXPECT_EQ(kernel.accesses[3].step, Step::any);
}

}  // namespace
}  // namespace lazuli::cpu
