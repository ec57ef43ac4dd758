// Loops over the columns that need one another's folds, in groups of rows, against the interpreter:
// every size of a group and what is left of one, rows shorter and longer than a chunk.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "lazuli/backends/cpu/jit/program_case.h"
#include "lazuli/interpret/interpret.h"
#include "lazuli/kernel/builder.h"

namespace lazuli::jit {
namespace {

using namespace kernel;

// center = factor * sum(x); out = (x - center) / (sum((x - center)^2) + max(x - center)).
Kernel two_folds_and_a_result() {
  Builder builder(Form::rows);
  const uint32_t in = builder.add_access(reads(kFloat32));
  const uint32_t factor = builder.add_access(reads(kFloat32, Step::none));
  const uint32_t out = builder.add_access(writes(kFloat32));
  const uint32_t center_out = builder.add_access(writes(kFloat32, Step::none));
  builder.begin_loop();
  const auto sum = builder.reduce(Combine::sum, builder.load(in, Level::loop));
  builder.end_loop();
  const auto center = builder.emit(Primitive::mul, sum, builder.load(factor, Level::point));
  builder.store(center_out, center, Level::point);
  const auto distance = [&] {
    return builder.emit(Primitive::sub, builder.load(in, Level::loop), center);
  };
  builder.begin_loop();
  const auto near = distance();
  const auto squares = builder.reduce(Combine::sum, builder.emit(Primitive::mul, near, near));
  const auto most = builder.reduce(Combine::max, near);
  builder.end_loop();
  builder.begin_loop();
  builder.store(
      out, builder.emit(Primitive::div, distance(), builder.emit(Primitive::add, squares, most)),
      Level::loop);
  builder.end_loop();
  return builder.finish();
}

TEST(Rows, EachBlockForAGroupOfRows) {
  Kernel kernel = two_folds_and_a_result();
  for (const bool streaming : {false, true}) {
    kernel.streaming = streaming;
    const auto reference = interpret::make_program(kernel);
    for (const int64_t columns : {1, 31, 512, 513, 1024, 1025, 4096, 4097, 7 * 4096 + 5}) {
      for (const int64_t rows : {1, 2, 3, 4, 5, 7}) {
        const auto count = static_cast<size_t>(rows * columns);
        std::vector<float> in(count), factor(static_cast<size_t>(rows));
        for (size_t i = 0; i < count; ++i) {
          in[i] = static_cast<float>((i * 2654435761u >> 7) % 8191) / 64 - 50;
        }
        for (size_t i = 0; i < factor.size(); ++i) factor[i] = 1 / static_cast<float>(i + 3);
        const auto run = [&](const Program& program) {
          std::vector<float> results(count + factor.size());
          Operands launch;
          launch.add(in.data(), 4, columns * 4);
          launch.add(factor.data(), 0, 4);
          launch.add(results.data(), 4, columns * 4);
          launch.add(results.data() + count, 0, 4);
          launch.run(program, rows, columns);
          return results;
        };
        const std::vector<float> expected = run(*reference);
        for (const InstructionSet set : sets()) {
          const std::vector<float> actual = run(*assemble(kernel, set));
          ASSERT_EQ(std::memcmp(actual.data(), expected.data(), actual.size() * 4), 0)
              << rows << " rows of " << columns;
        }
      }
    }
  }
}

}  // namespace
}  // namespace lazuli::jit
