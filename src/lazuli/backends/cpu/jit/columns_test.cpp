// Folds along the depth, where rows that fold into one lane are taken together, against the
// interpreter: depths around the numbers of lanes and chunks, and all that decides how many rows.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "lazuli/backends/cpu/jit/program_case.h"
#include "lazuli/interpret/interpret.h"
#include "lazuli/kernel/builder.h"

namespace lazuli::jit {
namespace {

using namespace kernel;

// One row of `depth` by `columns`: loads of `inputs` of those sizes, a store in the loop where
// `stores`, and one store of each of `results` bytes a column.
void check_columns(const Kernel& kernel, const std::vector<int>& inputs, bool stores,
                   const std::vector<int>& results, int64_t columns, int64_t depth) {
  const auto count = static_cast<size_t>(depth * columns);
  std::vector<float> memory(2 * count);
  for (size_t i = 0; i < memory.size(); ++i) {
    memory[i] = static_cast<float>((i * 2654435761u >> 7) % 8191) / 64 - 50;  // sums round
  }
  std::vector<std::vector<char>> expected;
  const auto run = [&](const Program& program) {
    std::vector<std::vector<char>> outputs;
    if (stores) outputs.emplace_back(count * 4);
    for (const int size : results) outputs.emplace_back(static_cast<size_t>(columns * size));
    Operands launch;
    for (const int size : inputs) {
      launch.add(memory.data(), size);
      launch.accesses.back().depth_stride = columns * size;
    }
    for (std::vector<char>& output : outputs) {
      const bool is_whole = stores && &output == outputs.data();
      const int size = is_whole ? 4 : results[static_cast<size_t>(&output - &outputs[stores])];
      launch.add(output.data(), size);
      if (is_whole) launch.accesses.back().depth_stride = columns * 4;
    }
    launch.run(program, 1, columns, depth);
    return outputs;
  };
  expected = run(*interpret::make_program(kernel));
  for (const InstructionSet set : sets()) {
    const auto actual = run(*assemble(kernel, set));
    for (size_t i = 0; i < actual.size(); ++i) {
      ASSERT_EQ(actual[i], expected[i]) << "output " << i << ", " << depth << "x" << columns;
    }
  }
}

TEST(Columns, RowsOfOneLaneFoldTogetherInTheirOrder) {
  struct Case {
    std::vector<DType> inputs;  // their sum folds
    std::vector<std::pair<Combine, Type>> folds;
    bool stores = false;
  };
  const std::vector<Case> cases = {
      {{kFloat32}, {{Combine::sum, Type::f32}}},
      {{kFloat32, kFloat32}, {{Combine::sum, Type::f32}, {Combine::max, Type::f32}}},
      {{kFloat32, kFloat32}, {{Combine::sum, Type::f32}}, true},
      {{kFloat32, kFloat32, kFloat32, kFloat32}, {{Combine::sum, Type::f32}}},
      {{kBFloat16}, {{Combine::product, Type::f32}}},
      {{kFloat32}, {{Combine::sum, Type::f64}}},
      {{kFloat32}, {{Combine::sum, Type::f64}, {Combine::sum, Type::f32}}},
      {{kFloat32}, {{Combine::min, Type::i64}}},
      {{kFloat32}, {{Combine::any, Type::mask}}},
  };
  for (const Case& one : cases) {
    Builder builder(Form::columns);
    std::vector<int> inputs, results;
    for (const DType dtype : one.inputs) {
      builder.add_access(reads(dtype));
      inputs.push_back(static_cast<int>(size_of(dtype)));
    }
    const uint32_t whole = one.stores ? builder.add_access(writes(kFloat32)) : 0;
    builder.begin_loop();
    auto sum = builder.load(0, Level::loop);
    for (uint32_t i = 1; i < inputs.size(); ++i) {
      sum = builder.emit(Primitive::add, sum, builder.load(i, Level::loop));
    }
    std::vector<lazuli::kernel::Value> folded;
    for (const auto& [combine, type] : one.folds) {
      const auto value = type == Type::f32    ? sum
                         : type == Type::mask ? builder.emit(Primitive::lt, sum, builder.f32(-49))
                                              : builder.convert(sum, type);
      folded.push_back(builder.reduce(combine, value));
    }
    if (one.stores) builder.store(whole, sum, Level::loop);
    builder.end_loop();
    for (size_t i = 0; i < folded.size(); ++i) {
      const Type type = one.folds[i].second;
      const DType dtype = type == Type::f32   ? kFloat32
                          : type == Type::f64 ? kFloat64
                          : type == Type::i64 ? kInt64
                                              : kBool;
      results.push_back(static_cast<int>(size_of(dtype)));
      builder.store(builder.add_access(writes(dtype)), folded[i], Level::point);
    }
    const Kernel kernel = builder.finish();
    for (const int64_t depth : {1, 31, 32, 63, 64, 127, 128, 129, 300, 4096 + 130}) {
      for (const int64_t columns : {1, 17, 300}) {
        check_columns(kernel, inputs, one.stores, results, columns, depth);
      }
    }
    check_columns(kernel, inputs, one.stores, results, 1100, 600);  // strips of far memory
  }
}

}  // namespace
}  // namespace lazuli::jit
