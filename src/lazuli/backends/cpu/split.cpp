#include "lazuli/backends/cpu/split.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lazuli/backends/cpu/box.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kColumnGrain = 64;        // parts start at multiples of so many columns
constexpr int64_t kComfortableWidth = 256;  // columns that a fold along the depth reads well

bool folds_columns(const Traits& traits) {
  return traits.has_reduction && traits.form == kernel::Form::rows;
}

// The most parts into which columns may go.
int64_t most_column_parts(const Traits& traits, const backend::Instance& instance) {
  return folds_columns(traits) ? 1 : ceil_divide(instance.columns, kColumnGrain);
}

// Of a fold the columns stay whole, and so do not all tiles: threads that wait cost more.
Split split_tiles(const Traits& traits, const backend::Instance& instance, const Tile& tile,
                  int64_t wanted) {
  const int64_t across = ceil_divide(instance.columns, tile.columns);
  const int64_t step = traits.has_reduction ? std::min<int64_t>(tile.rows, 16) : tile.rows;
  const int64_t down = ceil_divide(instance.rows, step);
  Split split;
  split.columns = ceil_divide(across, std::min(across, wanted)) * tile.columns;
  split.column_parts = ceil_divide(instance.columns, split.columns);
  const int64_t row_parts = std::min(down, ceil_divide(wanted, split.column_parts));
  split.rows = ceil_divide(down, row_parts) * step;
  split.row_parts = ceil_divide(instance.rows, split.rows);
  split.unit_seconds = seconds_of_box(traits.cost, traits.form, std::min(split.rows, instance.rows),
                                      std::min(split.columns, instance.columns), instance.depth);
  return split;
}

}  // namespace

Traits traits_of(const kernel::Kernel& kernel, double lanes, std::vector<OrderedAccess> ordered) {
  const Cost cost = cost_of(kernel, lanes, ordered.size());
  Traits traits{kernel.form, kernel.has_reduction(), kernel.loop_count(), 0,
                cost,        std::move(ordered)};
  for (const kernel::Instruction& code : kernel.code) {
    traits.reduces += code.primitive == kernel::Primitive::reduce;
  }
  return traits;
}

Split whole(const Traits& traits, const backend::Instance& instance) {
  return {
      instance.rows, instance.columns, 1, 1,
      seconds_of_box(traits.cost, traits.form, instance.rows, instance.columns, instance.depth)};
}

Split split(const Traits& traits, const backend::Instance& instance, double seconds, int threads) {
  Split split = whole(traits, instance);
  if (split.unit_seconds <= 1.5 * seconds) return split;
  const auto wanted = static_cast<int64_t>(std::ceil(split.unit_seconds / seconds));
  const Tile tile = tile_of(traits.ordered, traits.has_reduction, instance);
  if (tile.rows > 0) return split_tiles(traits, instance, tile, wanted);
  split.rows = ceil_divide(instance.rows, std::min(instance.rows, wanted));
  split.row_parts = ceil_divide(instance.rows, split.rows);
  int64_t columns =
      std::min(ceil_divide(wanted, split.row_parts), most_column_parts(traits, instance));
  if (traits.form == kernel::Form::columns) {
    columns = std::min(columns, std::max<int64_t>(instance.columns / kComfortableWidth,
                                                  2 * threads / split.row_parts));
  }
  if (columns > 1) {
    split.columns =
        ceil_divide(ceil_divide(instance.columns, columns), kColumnGrain) * kColumnGrain;
    split.column_parts = ceil_divide(instance.columns, split.columns);
  }
  split.unit_seconds = seconds_of_box(traits.cost, traits.form, split.rows,
                                      std::min(split.columns, instance.columns), instance.depth);
  return split;
}

int64_t chunks_of(const Traits& traits, const backend::Instance& instance) {
  if (!traits.has_reduction) return 1;
  return ceil_divide(traits.form == kernel::Form::rows ? instance.columns : instance.depth,
                     kernel::kChunk);
}

bool needs_chunks(const Traits& traits, const backend::Instance& instance, int threads) {
  if (!traits.has_reduction || traits.loops != 1) return false;
  const int64_t points = boxes_of(instance) * instance.rows;
  const int64_t units = points * most_column_parts(traits, instance);
  const int64_t chunks = chunks_of(traits, instance);
  // Pieces of rows of memory read much slower than rows from end to end.
  const bool has_long_columns = traits.form == kernel::Form::columns && chunks >= threads;
  return (units < 2 * threads && chunks > units) || (points < 2 * threads && has_long_columns);
}

}  // namespace lazuli::cpu
