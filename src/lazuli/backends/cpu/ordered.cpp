#include "lazuli/backends/cpu/ordered.h"

#include <algorithm>
#include <cstring>

#include "lazuli/backends/cpu/box.h"
#include "lazuli/backends/cpu/move_block.h"
#include "lazuli/backends/cpu/thread_memory.h"

namespace lazuli::cpu {
namespace {

using kernel::Access;
using kernel::AccessArguments;
using kernel::Arguments;
using kernel::Level;
using kernel::Phase;
using kernel::Primitive;

constexpr int64_t kLine = 64;            // bytes of a cache's line
constexpr int64_t kTileElements = 8192;  // a few of them stay in the second cache
constexpr int64_t kTileRows = 64;
constexpr int64_t kTileColumns = 128;
constexpr int64_t kFoldBytes = 512 << 10;  // of rows that a fold reads from end to end

// One box and its tiles.
class Tiles {
 public:
  Tiles(const kernel::Program& program, const std::vector<OrderedAccess>& ordered, int accesses,
        const Tile& tile, const Arguments& box)
      : program_(program), ordered_(ordered), accesses_(accesses), box_(box), one_(box) {
    own_ = reinterpret_cast<AccessArguments*>(
        keep(Kept::tile_accesses, accesses * int64_t{sizeof(AccessArguments)}));
    std::memcpy(own_, box.accesses, static_cast<size_t>(accesses) * sizeof(AccessArguments));
    one_.accesses = own_;
    int64_t bytes = 0;
    for (const OrderedAccess& each : ordered) {
      if (!moves(each)) continue;
      int64_t pitch = tile.columns * each.size;
      // Rows a power of two apart would share few places of the first cache.
      if (pitch >= 8 * kLine) pitch = (ceil_divide(pitch, kLine) | 1) * kLine;
      own_[each.access].row_stride = pitch;
      own_[each.access].column_stride = each.size;
      bytes += ceil_divide(tile.rows * pitch, kLine) * kLine;
    }
    memory_ = keep(Kept::tiles, bytes);
  }

  // Whether whole rows follow one another evenly in every access.
  bool is_even() const {
    return std::all_of(own_, own_ + accesses_, [&](const AccessArguments& access) {
      return access.row_stride == box_.columns * access.column_stride;
    });
  }

  void run(int64_t row, int64_t rows, int64_t column, int64_t columns, bool as_one_row) {
    for (int i = 0; i < accesses_; ++i) own_[i].base = moved(box_.accesses[i], row, column);
    bring(row, rows, column, columns, 0);
    one_.rows = as_one_row ? 1 : rows;
    one_.columns = as_one_row ? rows * columns : columns;
    run_program(program_, one_);
    take_back(row, rows, column, columns, 0);
  }

  // One chunk of all rows; the program counts columns from the box's first.
  void run_chunk(int64_t chunk) {
    const int64_t first = chunk * kernel::kChunk;
    const int64_t columns = std::min(kernel::kChunk, box_.columns - first);
    bring(0, box_.rows, first, columns, first);
    one_.chunk_first = chunk;
    one_.chunk_last = chunk + 1;
    run_program(program_, one_);
    take_back(0, box_.rows, first, columns, first);
  }

 private:
  bool moves(const OrderedAccess& each) const {
    return box_.accesses[each.access].column_stride != each.size;
  }

  BlockPlace place(const OrderedAccess& each, int64_t row, int64_t column) const {
    const AccessArguments& access = box_.accesses[each.access];
    return {moved(access, row, column), access.row_stride, access.column_stride};
  }

  // `origin`: the column that the program calls the first.
  void bring(int64_t row, int64_t rows, int64_t column, int64_t columns, int64_t origin) {
    char* memory = memory_;
    for (const OrderedAccess& each : ordered_) {
      if (!moves(each)) continue;
      AccessArguments& own = own_[each.access];
      if (!each.written) {
        move_block({memory, own.row_stride, own.column_stride}, place(each, row, column), rows,
                   columns, each.size);
      }
      own.base = memory - origin * each.size;
      memory += ceil_divide(rows * own.row_stride, kLine) * kLine;
    }
  }

  void take_back(int64_t row, int64_t rows, int64_t column, int64_t columns, int64_t origin) {
    for (const OrderedAccess& each : ordered_) {
      if (!each.written || !moves(each)) continue;
      const AccessArguments& own = own_[each.access];
      move_block(place(each, row, column),
                 {own.base + origin * each.size, own.row_stride, own.column_stride}, rows, columns,
                 each.size);
    }
  }

  const kernel::Program& program_;
  const std::vector<OrderedAccess>& ordered_;
  const int accesses_;
  const Arguments& box_;
  Arguments one_;
  AccessArguments* own_;
  char* memory_;
};

}  // namespace

std::vector<OrderedAccess> put_in_order(kernel::Kernel& kernel) {
  std::vector<OrderedAccess> ordered;
  if (kernel.form != kernel::Form::rows) return ordered;
  std::vector<bool> is_read_otherwise(kernel.accesses.size(), false);
  for (const kernel::Block& block : kernel.blocks) {
    for (uint32_t i = block.first; i < block.last; ++i) {
      const kernel::Instruction& code = kernel.code[i];
      const bool is_load = code.primitive == Primitive::load;
      if (!is_load && code.primitive != Primitive::store) continue;
      const bool gathers = is_load && code.operands[0] != kernel::kNoValue;
      if (gathers || block.level != Level::loop) is_read_otherwise[code.index] = true;
    }
  }
  for (size_t i = 0; i < kernel.accesses.size(); ++i) {
    Access& access = kernel.accesses[i];
    const bool is_buffer = access.kind == Access::Kind::buffer;
    if (!is_buffer || access.step != kernel::Step::turned || is_read_otherwise[i]) continue;
    access.step = kernel::Step::unit;
    ordered.push_back(
        {static_cast<int32_t>(i), static_cast<int32_t>(size_of(access.dtype)), access.written});
    if (access.written) kernel.streaming = false;
  }
  return ordered;
}

Tile tile_of(const std::vector<OrderedAccess>& ordered, bool has_reduction,
             const backend::Instance& instance) {
  Tile tile;
  int64_t element = 0;  // bytes that one of the domain takes
  for (const OrderedAccess& each : ordered) {
    const AccessArguments& access = instance.accesses[each.access];
    if (access.column_stride == each.size) continue;
    element += each.size;
  }
  if (element == 0 || instance.rows <= 0 || instance.columns <= 0) return {};
  const int64_t columns = instance.columns;
  if (has_reduction) {
    tile.columns = columns;
    tile.rows = std::clamp<int64_t>(kFoldBytes / (columns * element), 1, kTileRows);
    if (tile.rows > 16) tile.rows = tile.rows / 16 * 16;
  } else {
    tile.columns = std::min(columns, kTileColumns);
    tile.rows = ceil_divide(kTileElements / tile.columns, kTileRows) * kTileRows;
    if (instance.rows < kTileRows) {
      const int64_t wide = kTileElements / instance.rows / kTileColumns * kTileColumns;
      tile.columns = std::min(columns, wide);
    }
  }
  tile.rows = std::min(tile.rows, instance.rows);
  return tile;
}

void run_in_tiles(const kernel::Program& program, const std::vector<OrderedAccess>& ordered,
                  int accesses, bool has_reduction, const Tile& tile, const Arguments& box) {
  if (box.phase == Phase::partial) {
    Tiles tiles(program, ordered, accesses, {box.rows, kernel::kChunk}, box);
    for (int64_t chunk = box.chunk_first; chunk < box.chunk_last; ++chunk) tiles.run_chunk(chunk);
    return;
  }
  Tiles tiles(program, ordered, accesses, tile, box);
  const bool as_one_row = !has_reduction && tile.columns >= box.columns && tiles.is_even();
  const int64_t down = ceil_divide(box.rows, tile.rows);
  const int64_t across = ceil_divide(box.columns, tile.columns);
  for (int64_t i = 0; i < down * across; ++i) {
    const int64_t row = i % down * tile.rows;
    const int64_t column = i / down * tile.columns;
    tiles.run(row, std::min(tile.rows, box.rows - row), column,
              std::min(tile.columns, box.columns - column), as_one_row);
  }
}

}  // namespace lazuli::cpu
