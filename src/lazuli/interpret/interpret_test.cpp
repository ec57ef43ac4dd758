#include "lazuli/interpret/interpret.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "lazuli/kernel/builder.h"

namespace lazuli::interpret {
namespace {

using namespace kernel;

// Buffers of f32 with natural strides, and a launch over them.
class Launch {
 public:
  Launch(const Kernel& kernel, int64_t rows, int64_t columns, int64_t depth = 1)
      : kernel_(kernel), accesses_(kernel.accesses.size()) {
    arguments_.rows = rows;
    arguments_.columns = columns;
    arguments_.depth = depth;
    arguments_.fault = &fault;
    arguments_.accesses = accesses_.data();
  }
  template <typename T>
  AccessArguments& set(uint32_t access, std::vector<T>& values, int64_t row, int64_t column,
                       int64_t depth = 0) {
    constexpr int64_t kSize = sizeof(T);
    accesses_[access] = {
        reinterpret_cast<char*>(values.data()), row * kSize, column * kSize, depth * kSize, 0, 0};
    return accesses_[access];
  }
  Arguments& arguments() { return arguments_; }
  AccessArguments& access(uint32_t index) { return accesses_[index]; }
  void run() {
    const auto program = make_program(kernel_);
    const int64_t bytes =
        program->scratch_bytes(arguments_.rows, arguments_.columns, arguments_.depth);
    std::vector<char> scratch(bytes + 64);
    void* aligned = scratch.data();
    size_t space = scratch.size();
    arguments_.scratch = static_cast<char*>(std::align(64, bytes, aligned, space));
    program->run(arguments_);
  }

  std::atomic<uint32_t> fault{0};

 private:
  const Kernel& kernel_;
  std::vector<AccessArguments> accesses_;
  Arguments arguments_;
};

TEST(Interpret, Elementwise) {
  Builder builder(Form::rows);
  const uint32_t x = builder.add_access({});
  const uint32_t y = builder.add_access({.step = Step::any});
  const uint32_t out = builder.add_access({.written = true});
  const uint32_t number = builder.add_number(Type::f32);
  builder.begin_loop();
  builder.store(out,
                builder.emit(Primitive::fma, builder.load(x, Level::loop), builder.number(number),
                             builder.load(y, Level::loop)),
                Level::loop);
  builder.end_loop();
  const Kernel kernel = builder.finish();

  constexpr int64_t kRows = 3, kColumns = 700;
  std::vector<float> a(kRows * kColumns), b(kRows * kColumns), result(kRows * kColumns);
  std::iota(a.begin(), a.end(), 0.0f);
  std::iota(b.begin(), b.end(), 100.0f);
  const uint64_t two = 0x40000000u;
  Launch launch(kernel, kRows, kColumns);
  launch.arguments().numbers = &two;
  launch.set(x, a, kColumns, 1);
  launch.set(y, b, 1, kRows);  // transposed
  launch.set(out, result, kColumns, 1);
  launch.run();
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = 0; j < kColumns; ++j) {
      ASSERT_EQ(result[i * kColumns + j], a[i * kColumns + j] * 2 + b[j * kRows + i]);
    }
  }
}

// x / sum(x) along rows, or along the depth.
Kernel normalize(Form form) {
  Builder builder(form);
  const uint32_t x = builder.add_access({});
  const uint32_t out = builder.add_access({.written = true});
  builder.begin_loop();
  const Value sum = builder.reduce(Combine::sum, builder.load(x, Level::loop));
  builder.end_loop();
  builder.begin_loop();
  builder.store(out, builder.emit(Primitive::div, builder.load(x, Level::loop), sum), Level::loop);
  builder.end_loop();
  return builder.finish();
}

TEST(Interpret, FoldsRows) {
  constexpr int64_t kRows = 2, kColumns = 9000;
  std::vector<float> x(kRows * kColumns, 1), result(x.size());
  const Kernel kernel = normalize(Form::rows);
  Launch launch(kernel, kRows, kColumns);
  launch.set(0, x, kColumns, 1);
  launch.set(1, result, kColumns, 1);
  launch.run();
  for (const float value : result) ASSERT_EQ(value, 1.0f / kColumns);
}

TEST(Interpret, FoldsTheDepth) {
  constexpr int64_t kRows = 2, kColumns = 300, kDepth = 50;
  std::vector<float> x(kRows * kColumns * kDepth), result(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % kColumns + 1);
  const Kernel kernel = normalize(Form::columns);
  Launch launch(kernel, kRows, kColumns, kDepth);
  launch.set(0, x, kColumns * kDepth, 1, kColumns);
  launch.set(1, result, kColumns * kDepth, 1, kColumns);
  launch.run();
  for (const float value : result) ASSERT_EQ(value, 1.0f / kDepth);
}

TEST(Interpret, GathersAndFaults) {
  Builder builder(Form::rows);
  const uint32_t table = builder.add_access({.step = Step::none});
  const uint32_t indices = builder.add_access({.dtype = kInt64});
  const uint32_t out = builder.add_access({.written = true});
  builder.begin_loop();
  const Value index = builder.load(indices, Level::loop);
  builder.store(out, builder.gather(table, index, Level::loop), Level::loop);
  builder.end_loop();
  const Kernel kernel = builder.finish();

  std::vector<float> values = {10, 11, 12};
  std::vector<int64_t> places = {2, 0, 1, 2};
  std::vector<float> result(4);
  Launch launch(kernel, 1, 4);
  AccessArguments& access = launch.set(table, values, 0, 0);
  access.index_stride = 4;
  access.index_extent = 3;
  launch.set(indices, places, 0, 1);
  launch.set(out, result, 0, 1);
  launch.run();
  EXPECT_EQ(result, (std::vector<float>{12, 10, 11, 12}));
  EXPECT_EQ(launch.fault, 0u);
  places[1] = 3;
  launch.run();
  EXPECT_EQ(result, (std::vector<float>{12, 0, 11, 12}));
  EXPECT_EQ(launch.fault, 1u + table);
}

TEST(Interpret, RampsCount) {
  Builder builder(Form::columns);
  const uint32_t ramp =
      builder.add_access({.kind = Access::Kind::ramp, .dtype = kInt64, .step = Step::any});
  const uint32_t out = builder.add_access({.dtype = kInt64, .written = true});
  builder.store(out, builder.load(ramp, Level::point), Level::point);
  const Kernel kernel = builder.finish();
  std::vector<int64_t> result(6);
  Launch launch(kernel, 2, 3);
  launch.access(ramp) = {reinterpret_cast<char*>(int64_t{-4}), 100, 7, 0, 0, 0};
  launch.set(out, result, 3, 1);
  launch.run();
  EXPECT_EQ(result, (std::vector<int64_t>{-4, 3, 10, 96, 103, 110}));
}

TEST(Interpret, NothingRunsOverNothing) {
  const Kernel kernel = normalize(Form::columns);
  Launch launch(kernel, 0, 5, 5);
  launch.run();
  launch.arguments().rows = 5;
  launch.arguments().columns = 0;
  launch.run();
}

}  // namespace
}  // namespace lazuli::interpret
