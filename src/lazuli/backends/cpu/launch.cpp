#include "lazuli/backends/cpu/launch.h"

#include <algorithm>
#include <cstring>

#include "lazuli/backends/cpu/box.h"
#include "lazuli/backends/cpu/thread_memory.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::Instance;
using kernel::AccessArguments;
using kernel::Arguments;
using kernel::Phase;

constexpr double kLeastTask = 0.6e-6;
constexpr double kMostTask = 40e-6;

// The accesses of one box, and the walk from box to box in row-major order.
class Boxes {
 public:
  Boxes(const Work& work, const Instance& instance)
      : instance_(instance), count_(work.accesses), accesses_(instance.accesses) {
    if (instance.outer_rank == 0) return;
    make_own();
  }

  // The accesses as they are at the current box.
  const AccessArguments* accesses() const { return accesses_; }

  void go_to(int64_t box) {
    for (int i = instance_.outer_rank - 1; i >= 0; --i) {
      index_[i] = box % instance_.outer[i];
      box /= instance_.outer[i];
      move(i, index_[i]);
    }
  }
  void advance() {
    for (int i = instance_.outer_rank - 1; i >= 0; --i) {
      move(i, 1);
      if (++index_[i] < instance_.outer[i]) return;
      move(i, -index_[i]);
      index_[i] = 0;
    }
  }
  // Moves into the box and, with negative counts, out of it.
  void shift(int64_t rows, int64_t columns) {
    if (!own_) make_own();
    for (int i = 0; i < count_; ++i) {
      own_[i].base = moved(own_[i], rows, columns);
    }
  }

 private:
  void make_own() {
    const auto bytes = static_cast<size_t>(count_) * sizeof(AccessArguments);
    own_ = reinterpret_cast<AccessArguments*>(keep(Kept::accesses, static_cast<int64_t>(bytes)));
    if (bytes) std::memcpy(own_, instance_.accesses, bytes);
    accesses_ = own_;
  }
  void move(int dimension, int64_t steps) {
    const int64_t* strides = instance_.outer_strides + dimension;
    for (int i = 0; i < count_; ++i, strides += instance_.outer_rank) {
      own_[i].base = moved(own_[i].base, times(steps, *strides));
    }
  }

  const Instance& instance_;
  int count_;
  const AccessArguments* accesses_;
  AccessArguments* own_ = nullptr;
  int64_t index_[Instance::kMaxOuter] = {};
};

void run(const Work& work, const Tile& tile, Arguments& arguments) {
  if (tile.rows > 0 && arguments.phase != Phase::finish) {
    const Traits& traits = work.traits;
    return run_in_tiles(*work.program, traits.ordered, work.accesses, traits.has_reduction, tile,
                        arguments);
  }
  run_program(*work.program, arguments);
}

// Units [first, last) of an instance, counted box by box, in a box row by row.
void run_units(const Work& work, const Instance& instance, const Split& split, int64_t first,
               int64_t last, std::atomic<uint32_t>* fault) {
  Boxes boxes(work, instance);
  const Tile tile = tile_of(work.traits.ordered, work.traits.has_reduction, instance);
  Arguments arguments;
  arguments.depth = instance.depth;
  arguments.numbers = instance.numbers;
  arguments.fault = fault;
  const int64_t units = split.units_a_box();
  if (units == 1) {
    arguments.rows = instance.rows;
    arguments.columns = instance.columns;
    arguments.accesses = boxes.accesses();
    if (first > 0) boxes.go_to(first);
    while (true) {
      run(work, tile, arguments);
      if (++first >= last) return;
      boxes.advance();
    }
  }
  boxes.go_to(first / units);
  for (int64_t unit = first; unit < last; ++unit) {
    const int64_t in_box = unit % units;
    const int64_t row = in_box / split.column_parts * split.rows;
    const int64_t column = in_box % split.column_parts * split.columns;
    arguments.rows = std::min(split.rows, instance.rows - row);
    arguments.columns = std::min(split.columns, instance.columns - column);
    boxes.shift(row, column);
    arguments.accesses = boxes.accesses();
    run(work, tile, arguments);
    boxes.shift(-row, -column);
    if (in_box + 1 == units && unit + 1 < last) boxes.advance();
  }
}

bool is_empty(const Instance& instance) {
  return instance.rows == 0 || instance.columns == 0 || boxes_of(instance) == 0;
}

// Where a task begins; it ends where the next one begins.
struct Task {
  int64_t instance;
  int64_t unit;
};

// Cuts the folded axis of each box among the threads, box after box.
void launch_by_chunks(const Work& work, const Instance& instance, int threads,
                      std::atomic<uint32_t>* fault) {
  const Traits& traits = work.traits;
  const int64_t chunks = chunks_of(traits, instance);
  const int64_t points =
      traits.form == kernel::Form::rows ? instance.rows : instance.rows * instance.columns;
  const int64_t part = std::max<int64_t>(1, chunks / (4 * threads));
  Arguments shared;
  shared.rows = instance.rows;
  shared.columns = instance.columns;
  shared.depth = instance.depth;
  shared.numbers = instance.numbers;
  shared.fault = fault;
  shared.partials = reinterpret_cast<uint64_t*>(
      keep(Kept::partials, traits.reduces * points * chunks * int64_t{sizeof(uint64_t)}));
  const Tile tile = tile_of(traits.ordered, traits.has_reduction, instance);
  const int64_t boxes = boxes_of(instance);
  for (int64_t box = 0; box < boxes; ++box) {
    runtime::parallel_for((chunks + part - 1) / part, [&](int64_t task) {
      const kernel::FloatEnvironment rules;
      Boxes place(work, instance);
      place.go_to(box);
      Arguments arguments = shared;
      arguments.accesses = place.accesses();
      arguments.phase = Phase::partial;
      arguments.chunk_first = task * part;
      arguments.chunk_last = std::min(chunks, arguments.chunk_first + part);
      run(work, tile, arguments);
    });
    const kernel::FloatEnvironment rules;
    Boxes place(work, instance);
    place.go_to(box);
    shared.accesses = place.accesses();
    shared.phase = Phase::finish;
    shared.chunk_last = chunks;
    run(work, tile, shared);
  }
}

[[gnu::noinline]] void launch_shared(const Work& work, std::span<const Instance> instances,
                                     double seconds, int threads, std::atomic<uint32_t>* fault) {
  const double task_seconds = std::clamp(seconds / (8 * threads), kLeastTask, kMostTask);
  const auto most_tasks =
      static_cast<int64_t>(2 * seconds / task_seconds) + static_cast<int64_t>(instances.size()) + 2;
  const auto splits_bytes = static_cast<int64_t>(instances.size() * sizeof(Split) + 63) / 64 * 64;
  char* memory = keep(Kept::tasks, splits_bytes + most_tasks * int64_t{sizeof(Task)});
  Split* splits = reinterpret_cast<Split*>(memory);
  Task* tasks = reinterpret_cast<Task*>(memory + splits_bytes);

  int64_t count = 0;
  double filled = kMostTask;  // seconds of the last task; full, so that the first unit opens one
  for (size_t i = 0; i < instances.size(); ++i) {
    const Instance& instance = instances[i];
    splits[i] = {};
    if (is_empty(instance)) continue;
    const double own = estimate_seconds(work.traits, {&instance, 1});
    if (own * 2 * threads > seconds && needs_chunks(work.traits, instance, threads)) {
      launch_by_chunks(work, instance, threads, fault);
      continue;
    }
    splits[i] = split(work.traits, instance, task_seconds, threads);
    const int64_t units = boxes_of(instance) * splits[i].units_a_box();
    for (int64_t unit = 0; unit < units;) {
      if (filled + splits[i].unit_seconds / 2 > task_seconds && count < most_tasks) {
        tasks[count++] = {static_cast<int64_t>(i), unit};
        filled = 0;
      }
      const auto room = static_cast<int64_t>((task_seconds - filled) / splits[i].unit_seconds);
      const int64_t taken = std::clamp<int64_t>(room, 1, units - unit);
      filled += static_cast<double>(taken) * splits[i].unit_seconds;
      unit += taken;
    }
  }
  runtime::parallel_for(count, [&](int64_t task) {
    const kernel::FloatEnvironment rules;
    const Task end =
        task + 1 < count ? tasks[task + 1] : Task{static_cast<int64_t>(instances.size()), 0};
    int64_t unit = tasks[task].unit;
    for (int64_t i = tasks[task].instance; i <= end.instance; ++i, unit = 0) {
      if (i == end.instance && unit == end.unit) break;
      const Split& split = splits[i];
      if (split.rows == 0) continue;
      const int64_t last =
          i == end.instance ? end.unit : boxes_of(instances[i]) * split.units_a_box();
      run_units(work, instances[i], split, unit, last, fault);
    }
  });
}

}  // namespace

double estimate_seconds(const Traits& traits, std::span<const Instance> instances) {
  double seconds = 0;
  for (const Instance& instance : instances) {
    seconds +=
        static_cast<double>(boxes_of(instance)) *
        seconds_of_box(traits.cost, traits.form, instance.rows, instance.columns, instance.depth);
  }
  return seconds;
}

void launch(const Work& work, std::span<const Instance> instances, std::atomic<uint32_t>* fault) {
  const double seconds = estimate_seconds(work.traits, instances);
  const int threads = runtime::thread_count();
  if (threads > 1 && seconds >= 1e-5) {
    launch_shared(work, instances, seconds, threads, fault);
    return;
  }
  const kernel::FloatEnvironment rules;
  for (const Instance& instance : instances) {
    if (is_empty(instance)) continue;
    run_units(work, instance, whole(work.traits, instance), 0, boxes_of(instance), fault);
  }
}

}  // namespace lazuli::cpu
