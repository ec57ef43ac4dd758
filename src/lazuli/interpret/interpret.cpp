#include "lazuli/interpret/interpret.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lazuli/base/check.h"
#include "lazuli/interpret/decode.h"
#include "lazuli/kernel/float_environment.h"

namespace lazuli::interpret {
namespace {

using kernel::Arguments;
using kernel::Form;
using kernel::kChunk;
using kernel::Phase;
using kernel::Type;

int64_t chunks_of(int64_t extent) { return (extent + kChunk - 1) / kChunk; }
int64_t levels_of(int64_t chunks) { return std::bit_width(static_cast<uint64_t>(chunks)); }
int64_t padded(int64_t lanes) { return (lanes + kLanes - 1) / kLanes * kLanes; }

// One run of one task.
class Run {
 public:
  Run(const Code& code, const Arguments& arguments)
      : code_(code),
        arguments_(arguments),
        extent_(code.form == Form::rows ? arguments.columns : arguments.depth),
        chunks_(chunks_of(extent_)),
        levels_(levels_of(chunks_)) {
    frame_.scratch = arguments.scratch;
    frame_.accesses = arguments.accesses;
    frame_.numbers = arguments.numbers;
    frame_.fault = arguments.fault;
  }

  void run() {
    run_section<true>(code_.sections[0]);
    for (int64_t row = 0; row < arguments_.rows; ++row) {
      frame_.row = row;
      if (in_rows()) {
        run_point();
        continue;
      }
      for (int64_t column = 0; column < arguments_.columns; column += code_.width) {
        set_columns(column, std::min(code_.width, arguments_.columns - column));
        run_point();
      }
    }
  }

 private:
  bool in_rows() const { return code_.form == Form::rows; }

  void set_columns(int64_t column, int64_t lanes) {
    frame_.column = column;
    frame_.lanes = lanes;
    frame_.padded_lanes = padded(lanes);
  }

  template <bool stores>
  void run_section(const Section& section) {
    const Operation* const last = code_.operations.data() + section.last;
    for (const Operation* operation = code_.operations.data() + section.first; operation < last;
         ++operation) {
      if (stores || !operation->is_store) operation->function(*operation, frame_);
    }
  }

  // A row, or a tile of columns of one.
  void run_point() {
    const bool partial = arguments_.phase == Phase::partial;
    begin_point_block();
    // Several tasks fold parts of this point; the one that finishes it stores.
    partial ? run_section<false>(code_.sections[1]) : run_section<true>(code_.sections[1]);
    for (size_t i = 2; i < code_.sections.size(); i += 2) {
      const Section& loop = code_.sections[i];
      arguments_.phase == Phase::finish ? read_partials(loop) : run_loop(loop);
      if (partial) return;
      begin_point_block();
      run_section<true>(code_.sections[i + 1]);
    }
  }

  void begin_point_block() {
    if (in_rows()) set_columns(0, 1);
    frame_.depth = 0;
  }

  void run_loop(const Section& loop) {
    const bool partial = arguments_.phase == Phase::partial;
    const int64_t first = partial ? arguments_.chunk_first : 0;
    const int64_t last = partial ? std::min(arguments_.chunk_last, chunks_) : chunks_;
    for (int64_t chunk = first; chunk < last; ++chunk) {
      for (const Reduction& reduction : reductions(loop)) begin_chunk(reduction);
      const int64_t end = std::min(extent_, (chunk + 1) * kChunk);
      in_rows() ? run_columns(loop, chunk * kChunk, end) : run_depth(loop, chunk * kChunk, end);
      for (const Reduction& reduction : reductions(loop)) {
        const Place value = join_lanes(reduction);
        partial ? write_partial(reduction, value, chunk) : add_chunk(reduction, value, chunk);
      }
    }
    if (partial) return;
    for (const Reduction& reduction : reductions(loop)) join_chunks(reduction);
  }

  void run_columns(const Section& loop, int64_t column, int64_t end) {
    for (; column < end; column += code_.width) {
      set_columns(column, std::min(code_.width, end - column));
      run_section<true>(loop);
      for (const Reduction& reduction : reductions(loop)) {
        reduction.in_row.fold(at(reduction.accumulator), at(reduction.value.offset),
                              reduction.value.walk, frame_.lanes);
      }
    }
  }

  void run_depth(const Section& loop, int64_t depth, int64_t end) {
    for (; depth < end; ++depth) {
      frame_.depth = depth;
      run_section<true>(loop);
      for (const Reduction& reduction : reductions(loop)) {
        const int64_t lane = depth % accumulator_lanes(reduction.type);
        const Place into{reduction.accumulator + lane * tile_bytes(reduction)};
        join_two(reduction, into, into, reduction.value, frame_.padded_lanes);
      }
    }
  }

  std::span<const Reduction> reductions(const Section& loop) const {
    return std::span(code_.reductions)
        .subspan(loop.first_reduction, loop.last_reduction - loop.first_reduction);
  }

  char* at(int64_t offset) const { return arguments_.scratch + offset; }

  // Lanes that a reduction's value has here, and their bytes.
  int64_t lanes_of(const Reduction& reduction) const {
    return std::min(reduction.limit, frame_.padded_lanes);
  }
  int64_t tile_bytes(const Reduction& reduction) const {
    return lanes_of(reduction) * lane_bytes(reduction.type);
  }

  // result = combine(a, b), lane by lane.
  void join_two(const Reduction& reduction, Place result, Place a, Place b, int64_t lanes) {
    Operation operation;
    operation.result = result;
    operation.operands[0] = a;
    operation.operands[1] = b;
    operation.limit = lanes;
    Frame frame = frame_;
    frame.padded_lanes = lanes;
    reduction.join_two(operation, frame);
  }

  void begin_chunk(const Reduction& reduction) {
    const uint64_t identity = identity_of(reduction.combine, reduction.type);
    char* accumulator = at(reduction.accumulator);
    const int64_t points = in_rows() ? 1 : frame_.padded_lanes;
    const int64_t lanes = points * accumulator_lanes(reduction.type);
    if (lane_bytes(reduction.type) == 8) {
      std::fill_n(reinterpret_cast<int64_t*>(accumulator), lanes, static_cast<int64_t>(identity));
    } else {
      std::fill_n(reinterpret_cast<int32_t*>(accumulator), lanes, lane_of(reduction, identity));
    }
  }

  // A value as a word outside and as a lane of four bytes.
  static int32_t lane_of(const Reduction& reduction, uint64_t word) {
    return reduction.type == Type::mask ? -static_cast<int32_t>(word & 1)
                                        : static_cast<int32_t>(word);
  }
  static uint64_t word_of(const Reduction& reduction, int32_t lane) {
    return reduction.type == Type::mask ? lane & 1 : static_cast<uint32_t>(lane);
  }

  // Where the value of the chunk that just ended lies.
  Place join_lanes(const Reduction& reduction) {
    if (in_rows()) {
      reduction.in_row.join(at(reduction.accumulator), at(reduction.result.offset));
      return Place{reduction.result.offset};
    }
    const int64_t bytes = tile_bytes(reduction);
    const Place low{reduction.accumulator};
    for (int64_t half = accumulator_lanes(reduction.type) / 2; half >= 1; half /= 2) {
      const Place high{reduction.accumulator + half * bytes};
      join_two(reduction, low, low, high, half * frame_.padded_lanes);
    }
    return low;
  }

  // Joined chunks: level l holds the value of 2^l neighbouring chunks where bit l of the number of
  // chunks so far is set. That is the definition's tree, pairs of pairs from the left.
  Place level_place(const Reduction& reduction, int64_t level) const {
    return Place{code_.fixed_bytes + (reduction.order * levels_ + level) * code_.chunk_tile_bytes};
  }

  void add_chunk(const Reduction& reduction, Place value, int64_t chunk) {
    int64_t level = 0;
    for (; chunk >> level & 1; ++level) {
      join_two(reduction, value, level_place(reduction, level), value, lanes_of(reduction));
    }
    std::memcpy(at(level_place(reduction, level).offset), at(value.offset), tile_bytes(reduction));
  }

  // What is left over on lower levels joins from the right.
  void join_chunks(const Reduction& reduction) {
    int64_t level = std::countr_zero(static_cast<uint64_t>(chunks_));
    std::memcpy(at(reduction.result.offset), at(level_place(reduction, level).offset),
                tile_bytes(reduction));
    const Place result{reduction.result.offset};
    while (++level < levels_) {
      if (chunks_ >> level & 1) {
        join_two(reduction, result, level_place(reduction, level), result, lanes_of(reduction));
      }
    }
  }

  // The word of the first point at hand; the next point's is `chunks_` words further.
  uint64_t* partial(const Reduction& reduction, int64_t chunk) const {
    const int64_t points = in_rows() ? arguments_.rows : arguments_.rows * arguments_.columns;
    const int64_t point = in_rows() ? frame_.row : frame_.row * arguments_.columns + frame_.column;
    return arguments_.partials + (reduction.order * points + point) * chunks_ + chunk;
  }
  int64_t points_here() const { return in_rows() ? 1 : frame_.lanes; }

  void write_partial(const Reduction& reduction, Place value, int64_t chunk) {
    uint64_t* to = partial(reduction, chunk);
    const char* from = at(value.offset);
    for (int64_t i = 0; i < points_here(); ++i, to += chunks_) {
      *to = lane_bytes(reduction.type) == 8
                ? static_cast<uint64_t>(reinterpret_cast<const int64_t*>(from)[i])
                : word_of(reduction, reinterpret_cast<const int32_t*>(from)[i]);
    }
  }

  void read_partials(const Section& loop) {
    for (const Reduction& reduction : reductions(loop)) {
      for (int64_t chunk = 0; chunk < chunks_; ++chunk) {
        const uint64_t* from = partial(reduction, chunk);
        char* to = at(reduction.result.offset);
        // A row's value fills the lanes of its tile.
        const int64_t lanes = in_rows() ? kLanes : frame_.lanes;
        const int64_t step = in_rows() ? 0 : chunks_;
        for (int64_t i = 0; i < lanes; ++i, from += step) {
          if (lane_bytes(reduction.type) == 8) {
            reinterpret_cast<uint64_t*>(to)[i] = *from;
          } else {
            reinterpret_cast<int32_t*>(to)[i] = lane_of(reduction, *from);
          }
        }
        add_chunk(reduction, Place{reduction.result.offset}, chunk);
      }
      join_chunks(reduction);
    }
  }

  const Code& code_;
  const Arguments& arguments_;
  const int64_t extent_;  // of a loop
  const int64_t chunks_;
  const int64_t levels_;
  Frame frame_;
};

class Interpreter final : public kernel::Program {
 public:
  explicit Interpreter(Code code) : code_(std::move(code)) {}

  int64_t scratch_bytes(int64_t, int64_t columns, int64_t depth) const override {
    const int64_t extent = code_.form == Form::rows ? columns : depth;
    return code_.fixed_bytes +
           code_.most_reductions * levels_of(chunks_of(extent)) * code_.chunk_tile_bytes;
  }

  void run(const Arguments& arguments) const override {
    if (arguments.rows <= 0 || arguments.columns <= 0) return;
    LZ_ASSERT(arguments.phase == Phase::whole || code_.sections.size() == 4,
              "a fold in parts has one loop");
    const kernel::FloatEnvironment environment;
    Run(code_, arguments).run();
  }

  int64_t code_bytes() const override {
    return static_cast<int64_t>(sizeof(*this) + code_.operations.size() * sizeof(Operation) +
                                code_.sections.size() * sizeof(Section) +
                                code_.reductions.size() * sizeof(Reduction));
  }

 private:
  const Code code_;
};

}  // namespace

std::unique_ptr<kernel::Program> make_program(const kernel::Kernel& kernel) {
  kernel::verify(kernel);
  return std::make_unique<Interpreter>(decode(kernel, tile_operations()));
}

}  // namespace lazuli::interpret
