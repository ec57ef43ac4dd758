#include "lazuli/backends/cpu/launch.h"

#include <gtest/gtest.h>
#include <xmmintrin.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>

#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::Instance;
using kernel::AccessArguments;
using kernel::Arguments;
using kernel::Form;
using kernel::Phase;

// Access 0 is a ramp, 1 the target (i64). Without a reduction every element becomes the ramp's
// value plus number 0; with one every point becomes the sum over what it folds.
class FakeProgram : public kernel::Program {
 public:
  FakeProgram(Form form, bool has_reduction) : form_(form), has_reduction_(has_reduction) {}

  int64_t scratch_bytes(int64_t rows, int64_t columns, int64_t) const override {
    return 64 + rows + columns;
  }
  void run(const Arguments& arguments) const override {
    ++runs;
    EXPECT_EQ(_mm_getcsr() & 0x8040u, 0u);  // denormals are kept
    std::memset(arguments.scratch, 1, static_cast<size_t>(64 + arguments.rows + arguments.columns));
    if (!has_reduction_) {
      for_points(arguments, [&](int64_t row, int64_t column, int64_t) {
        target(arguments, row, column) =
            ramp(arguments, row, column, 0) + static_cast<int64_t>(arguments.numbers[0]);
      });
      return;
    }
    const int64_t folded = form_ == Form::rows ? arguments.columns : arguments.depth;
    const int64_t chunks = (folded + kernel::kChunk - 1) / kernel::kChunk;
    for_points(arguments, [&](int64_t row, int64_t column, int64_t point) {
      int64_t sum = 0;
      if (arguments.phase == Phase::finish) {
        for (int64_t chunk = 0; chunk < chunks; ++chunk) {
          sum += static_cast<int64_t>(arguments.partials[point * chunks + chunk]);
        }
        target(arguments, row, column) = sum;
        return;
      }
      const bool partial = arguments.phase == Phase::partial;
      const int64_t first = partial ? arguments.chunk_first : 0;
      const int64_t last = partial ? arguments.chunk_last : chunks;
      for (int64_t chunk = first; chunk < last; ++chunk) {
        int64_t part = 0;
        const int64_t end = std::min(folded, (chunk + 1) * kernel::kChunk);
        for (int64_t i = chunk * kernel::kChunk; i < end; ++i) {
          part +=
              form_ == Form::rows ? ramp(arguments, row, i, 0) : ramp(arguments, row, column, i);
        }
        if (partial) {
          arguments.partials[point * chunks + chunk] = static_cast<uint64_t>(part);
        }
        sum += part;
      }
      if (!partial) target(arguments, row, column) = sum;
    });
  }
  int64_t code_bytes() const override { return 0; }

  mutable std::atomic<int> runs{0};

 private:
  template <typename F>
  void for_points(const Arguments& arguments, F body) const {
    const bool folds_columns = has_reduction_ && form_ == Form::rows;
    const int64_t columns = folds_columns ? 1 : arguments.columns;
    for (int64_t row = 0; row < arguments.rows; ++row) {
      for (int64_t column = 0; column < columns; ++column) {
        body(row, column, row * columns + column);
      }
    }
  }
  static int64_t ramp(const Arguments& arguments, int64_t row, int64_t column, int64_t depth) {
    const AccessArguments& access = arguments.accesses[0];
    return reinterpret_cast<int64_t>(access.base) + row * access.row_stride +
           column * access.column_stride + depth * access.depth_stride;
  }
  static int64_t& target(const Arguments& arguments, int64_t row, int64_t column) {
    const AccessArguments& access = arguments.accesses[1];
    return *reinterpret_cast<int64_t*>(access.base + row * access.row_stride +
                                       column * access.column_stride);
  }

  Form form_;
  bool has_reduction_;
};

// An instance over a ramp that numbers the elements, with a target of its own.
struct Place {
  Instance instance;
  AccessArguments accesses[2];
  std::vector<int64_t> strides;
  std::vector<int64_t> target;
  uint64_t number = 1000;
  Form form;
  bool has_reduction;

  Place(Form form_, bool has_reduction_, const std::vector<int64_t>& outer, int64_t rows,
        int64_t columns, int64_t depth)
      : form(form_), has_reduction(has_reduction_) {
    instance.outer_rank = static_cast<int>(outer.size());
    instance.rows = rows;
    instance.columns = columns;
    instance.depth = depth;
    const int64_t result_columns = has_reduction && form == Form::rows ? 1 : columns;
    int64_t ramp_step = rows * columns * depth;
    int64_t target_step = rows * result_columns;
    strides.resize(2 * outer.size());
    for (size_t i = outer.size(); i-- > 0;) {
      instance.outer[i] = outer[i];
      strides[i] = ramp_step;
      strides[outer.size() + i] = target_step * 8;
      ramp_step *= outer[i];
      target_step *= outer[i];
    }
    target.assign(static_cast<size_t>(target_step) + 1, -7);
    accesses[0] = {reinterpret_cast<char*>(5), columns * depth, depth, 1, 0, 0};
    accesses[1] = {reinterpret_cast<char*>(target.data()),
                   result_columns * 8,
                   has_reduction && form == Form::rows ? 0 : 8,
                   0,
                   0,
                   0};
    fix();
  }
  void fix() {
    accesses[1].base = reinterpret_cast<char*>(target.data());
    instance.accesses = accesses;
    instance.outer_strides = strides.data();
    instance.numbers = &number;
  }
  void check() const {
    const int64_t folded = !has_reduction       ? 1
                           : form == Form::rows ? instance.columns
                                                : instance.depth;
    for (size_t i = 0; i + 1 < target.size(); ++i) {
      const int64_t first = 5 + static_cast<int64_t>(i) * folded;
      const int64_t expected =
          has_reduction ? first * folded + folded * (folded - 1) / 2 : first + 1000;
      ASSERT_EQ(target[i], expected) << i;
    }
    ASSERT_EQ(target.back(), -7);
  }
};

Work work_of(const FakeProgram& program, Form form, bool has_reduction, double element) {
  Work work;
  work.program = &program;
  work.accesses = 2;
  work.traits = {form, has_reduction, 1, has_reduction ? 1 : 0, {30e-9, 1e-9, element}};
  return work;
}

class Launch : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    before_ = runtime::thread_count();
    runtime::set_thread_count(GetParam());
  }
  void TearDown() override { runtime::set_thread_count(before_); }

  // Returns how often the program ran.
  int expect_right(Form form, bool has_reduction, const std::vector<int64_t>& outer, int64_t rows,
                   int64_t columns, int64_t depth, double element) {
    const FakeProgram program(form, has_reduction);
    Place place(form, has_reduction, outer, rows, columns, depth);
    launch(work_of(program, form, has_reduction, element), {&place.instance, 1}, nullptr);
    place.check();
    return program.runs;
  }

 private:
  int before_ = 0;
};

TEST_P(Launch, ASmallInstanceIsOneRun) {
  EXPECT_EQ(expect_right(Form::rows, false, {}, 3, 5, 1, 1e-9), 1);
  EXPECT_EQ(expect_right(Form::rows, true, {}, 3, 5, 1, 1e-9), 1);
  EXPECT_EQ(expect_right(Form::columns, true, {}, 3, 5, 7, 1e-9), 1);
  EXPECT_EQ(expect_right(Form::rows, false, {2, 3}, 3, 5, 1, 1e-9), 6);
}

TEST_P(Launch, WithoutReduction) {
  for (const double element : {1e-11, 1e-9, 1e-7}) {
    expect_right(Form::rows, false, {}, 1, 100000, 1, element);
    expect_right(Form::rows, false, {}, 100000, 1, 1, element);
    expect_right(Form::rows, false, {}, 3, 10001, 1, element);
    expect_right(Form::rows, false, {}, 777, 130, 1, element);
    expect_right(Form::rows, false, {7, 11, 3}, 5, 9, 1, element);
    expect_right(Form::rows, false, {3, 2}, 70, 129, 1, element);
    expect_right(Form::rows, false, {1000}, 1, 65, 1, element);
  }
}

TEST_P(Launch, FoldsColumns) {
  for (const double element : {1e-11, 1e-9, 1e-7}) {
    expect_right(Form::rows, true, {}, 1, 100000, 1, element);
    expect_right(Form::rows, true, {}, 2, 3 * kernel::kChunk, 1, element);
    expect_right(Form::rows, true, {}, 500, 100, 1, element);
    expect_right(Form::rows, true, {2}, 1, 50001, 1, element);
    expect_right(Form::rows, true, {4, 5}, 3, 40, 1, element);
  }
}

TEST_P(Launch, FoldsDepth) {
  for (const double element : {1e-11, 1e-9, 1e-7}) {
    expect_right(Form::columns, true, {}, 1, 10, 20000, element);
    expect_right(Form::columns, true, {}, 1, 700, 50, element);
    expect_right(Form::columns, true, {}, 30, 70, 9, element);
    expect_right(Form::columns, true, {3}, 1, 2, 9000, element);
  }
}

TEST_P(Launch, EmptyInstancesRunNothing) {
  for (const double element : {1e-9, 1.0}) {
    EXPECT_EQ(expect_right(Form::rows, false, {}, 0, 5, 1, element), 0);
    EXPECT_EQ(expect_right(Form::rows, false, {}, 5, 0, 1, element), 0);
    EXPECT_EQ(expect_right(Form::rows, false, {4, 0}, 5, 5, 1, element), 0);
  }
}

TEST_P(Launch, ManyInstancesShareTasks) {
  for (const double element : {1e-11, 1e-9, 1e-8}) {
    for (const bool has_reduction : {false, true}) {
      const FakeProgram program(Form::rows, has_reduction);
      std::vector<Place> places;
      places.reserve(40);
      for (int i = 0; i < 40; ++i) {
        const std::vector<int64_t> outer = i % 3 ? std::vector<int64_t>{} : std::vector<int64_t>{4};
        places.emplace_back(Form::rows, has_reduction, outer, i % 7 * 3, 1 + i * i * 10, 1);
      }
      std::vector<Instance> instances;
      for (Place& place : places) {
        place.fix();
        instances.push_back(place.instance);
      }
      launch(work_of(program, Form::rows, has_reduction, element), instances, nullptr);
      for (const Place& place : places) place.check();
    }
  }
}

TEST_P(Launch, KeepsTheCallersFloatEnvironment) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  expect_right(Form::rows, false, {}, 3, 5, 1, 1e-9);
  expect_right(Form::rows, false, {}, 30, 5000, 1, 1e-9);
  EXPECT_EQ(_mm_getcsr() & 0x8040u, 0x8040u);
  _mm_setcsr(before);
}

TEST_P(Launch, LargeWorkIsShared) {
  const int runs = expect_right(Form::rows, false, {}, 1, 200000, 1, 1e-9);  // 200 us
  if (GetParam() == 1) {
    EXPECT_EQ(runs, 1);
  } else {
    EXPECT_GE(runs, 2 * GetParam());
    EXPECT_LE(runs, 64);
  }
}

TEST_P(Launch, ALongFoldIsShared) {
  const bool alone = GetParam() == 1;
  const int rows = expect_right(Form::rows, true, {}, 1, 20 * kernel::kChunk, 1, 1e-9);
  EXPECT_GE(rows, alone ? 1 : GetParam() + 1);
  const int columns = expect_right(Form::columns, true, {}, 1, 3, 20 * kernel::kChunk, 1e-9);
  EXPECT_GE(columns, alone ? 1 : GetParam() + 1);
}

INSTANTIATE_TEST_SUITE_P(Threads, Launch, testing::Values(1, 2, 3));

}  // namespace
}  // namespace lazuli::cpu
