// One operation of a kernel over a tile: the flat code that the interpreter runs, and the functions
// that it is made of. They are the same plain C++ compiled for several instruction sets; all give
// the same bits. Private to this folder.
//
// Values live in scratch memory, a *tile* each: lanes next to each other, four bytes a lane (f32,
// i32, masks as 0 or -1) or eight (f64, i64). A *uniform* value, the same in all lanes, has a tile
// of kLanes lanes only. Functions work on kLanes lanes at a time and may compute lanes past the
// last one asked for; memory outside scratch is touched for the lanes asked for alone.
#pragma once

#include <cstdint>

#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::interpret {

inline constexpr int64_t kLanes = 32;
inline constexpr int64_t kTile = 512;
inline constexpr int64_t kScratchAlignment = 64;

// Where a run stands.
struct Frame {
  char* scratch = nullptr;
  const kernel::AccessArguments* accesses = nullptr;
  const uint64_t* numbers = nullptr;
  std::atomic<uint32_t>* fault = nullptr;
  int64_t lanes = 1;              // of this tile
  int64_t padded_lanes = kLanes;  // the same in whole steps of kLanes
  int64_t row = 0;
  int64_t column = 0;  // of the first lane
  int64_t depth = 0;
};

struct Operation;
using Function = void (*)(const Operation& operation, const Frame& frame);

// A place in scratch. `walk` selects the bits of a lane's number that count: all of them, or none
// for a uniform value.
struct Place {
  int64_t offset = 0;
  int64_t walk = ~int64_t{0};
};

struct Operation {
  Function function = nullptr;
  Place result;
  Place operands[3];
  int64_t limit = kTile;  // most lanes to compute
  uint64_t bits = 0;      // constant: the value; number: its place; shifts: the distance;
                          // round_to: the DType
  uint32_t access = 0;
  kernel::Step step = kernel::Step::none;
  bool is_ramp = false;
  bool is_single = false;  // load: one element for all lanes; store: the first lane's element only
  bool is_store = false;
};

// Folds `lanes` lanes at `values` into the accumulator of a row: lane i into lane i mod L.
using Fold = void (*)(char* accumulator, const char* values, int64_t walk, int64_t lanes);
// Joins an accumulator's lanes by halves and writes the result to a uniform tile.
using Join = void (*)(const char* accumulator, char* result);

struct RowReduction {
  Fold fold;
  Join join;
};

// The functions for one instruction set.
struct TileOperations {
  // `operand_type` is that of the first operand (of the second for select).
  Function (*compute)(kernel::Primitive primitive, kernel::Type type, kernel::Type operand_type);
  Function (*load)(const kernel::Access& access, bool gathers);
  Function (*store)(DType dtype);
  RowReduction (*row_reduction)(kernel::Combine combine, kernel::Type type);
};

// The best set that this processor has and LAZULI_CPU allows.
const TileOperations& tile_operations();

// By instruction set; null where the build knows no such set.
const TileOperations* portable_operations();
const TileOperations* avx2_operations();
const TileOperations* avx512_operations();

constexpr int lane_bytes(kernel::Type type) { return kernel::size_of(type) == 8 ? 8 : 4; }
constexpr int accumulator_lanes(kernel::Type type) {
  return lane_bytes(type) == 8 ? kernel::kLanes8 : kernel::kLanes4;
}
inline constexpr int64_t kAccumulatorBytes = 128;  // of one column, for either width

}  // namespace lazuli::interpret
