#include "lazuli/backends/cpu/cpu_backend.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "lazuli/kernel/builder.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::Instance;
using kernel::Access;
using kernel::AccessArguments;
using kernel::Builder;
using kernel::Combine;
using kernel::Form;
using kernel::Level;
using kernel::Primitive;
using kernel::Value;

Access input(DType dtype = DType::f32) { return {Access::Kind::buffer, dtype, false}; }
Access output(kernel::Step step = kernel::Step::unit) {
  return {Access::Kind::buffer, DType::f32, true, step};
}

class CpuBackend : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    before_ = runtime::thread_count();
    runtime::set_thread_count(GetParam());
  }
  void TearDown() override { runtime::set_thread_count(before_); }

  std::unique_ptr<backend::Backend> backend_ = make_backend();

 private:
  int before_ = 0;
};

std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values[static_cast<size_t>(i)] = static_cast<float>(i * 37 % 1009 - 500) / 77;
  }
  return values;
}

char* bytes_of(std::vector<float>& values) { return reinterpret_cast<char*>(values.data()); }

TEST_P(CpuBackend, RunsAnElementwiseKernel) {
  Builder builder(Form::rows);
  const uint32_t x = builder.add_access(input());
  const uint32_t target = builder.add_access(output());
  const uint32_t factor = builder.add_number(kernel::Type::f32);
  builder.begin_loop();
  const Value value = builder.emit(Primitive::fma, builder.load(x, Level::loop),
                                   builder.number(factor), builder.f32(1));
  builder.store(target, value, Level::loop);
  builder.end_loop();
  const std::unique_ptr<backend::CompiledKernel> compiled = backend_->compile(builder.finish());
  EXPECT_GT(compiled->code_bytes(), 0);

  for (const int64_t columns : {1, 63, 1000, 300000}) {
    std::vector<float> source = numbers(columns);
    std::vector<float> result(source.size()), reference(source.size());
    const float two = 2;
    uint64_t number = 0;
    std::memcpy(&number, &two, sizeof two);
    AccessArguments accesses[2] = {{bytes_of(source), 0, 4}, {bytes_of(result), 0, 4}};
    Instance instance;
    instance.columns = columns;
    instance.accesses = accesses;
    instance.numbers = &number;
    backend_->launch(*compiled, {&instance, 1}, nullptr);
    accesses[1].base = bytes_of(reference);
    backend_->launch_reference(*compiled, {&instance, 1}, nullptr);
    for (size_t i = 0; i < source.size(); ++i) ASSERT_EQ(result[i], source[i] * 2 + 1);
    EXPECT_EQ(result, reference);
    EXPECT_GT(backend_->estimate_seconds(*compiled, {&instance, 1}), 0);
  }
}

// Sums over columns or depth are the same bits however they are shared.
TEST_P(CpuBackend, RunsReductions) {
  for (const Form form : {Form::rows, Form::columns}) {
    Builder builder(form);
    const uint32_t x = builder.add_access(input());
    const uint32_t target =
        builder.add_access(output(form == Form::rows ? kernel::Step::none : kernel::Step::unit));
    builder.begin_loop();
    const Value sum = builder.reduce(Combine::sum, builder.load(x, Level::loop));
    builder.end_loop();
    builder.store(target, sum, Level::point);
    const std::unique_ptr<backend::CompiledKernel> compiled = backend_->compile(builder.finish());
    for (const int64_t points : {1, 3, 200}) {
      for (const int64_t folded : {1, 100, 4096, 50001}) {
        std::vector<float> source = numbers(points * folded);
        std::vector<float> result(static_cast<size_t>(points), -1);
        std::vector<float> reference(result);
        AccessArguments accesses[2];
        Instance instance;
        if (form == Form::rows) {
          accesses[0] = {bytes_of(source), folded * 4, 4};
          accesses[1] = {bytes_of(result), 4, 0};
          instance.rows = points;
          instance.columns = folded;
        } else {
          accesses[0] = {bytes_of(source), 0, 4, points * 4};
          accesses[1] = {bytes_of(result), 0, 4};
          instance.columns = points;
          instance.depth = folded;
        }
        instance.accesses = accesses;
        backend_->launch(*compiled, {&instance, 1}, nullptr);
        accesses[1].base = bytes_of(reference);
        const int threads = runtime::thread_count();
        runtime::set_thread_count(1);
        backend_->launch_reference(*compiled, {&instance, 1}, nullptr);
        runtime::set_thread_count(threads);
        ASSERT_EQ(result, reference) << points << " points of " << folded;
      }
    }
  }
}

TEST_P(CpuBackend, AGatherOutOfRangeSetsTheFault) {
  Builder builder(Form::rows);
  const uint32_t index = builder.add_access(input(DType::i64));
  const uint32_t table =
      builder.add_access({Access::Kind::buffer, DType::f32, false, kernel::Step::none});
  const uint32_t target = builder.add_access(output());
  builder.begin_loop();
  builder.store(target, builder.gather(table, builder.load(index, Level::loop), Level::loop),
                Level::loop);
  builder.end_loop();
  const std::unique_ptr<backend::CompiledKernel> compiled = backend_->compile(builder.finish());
  std::vector<float> values = numbers(10);
  for (const int64_t bad : {int64_t{3}, int64_t{10}, int64_t{-1}}) {
    std::vector<int64_t> indices(20000, 7);
    indices[11111] = bad;
    std::vector<float> result(indices.size());
    const AccessArguments accesses[3] = {{reinterpret_cast<char*>(indices.data()), 0, 8},
                                         {bytes_of(values), 0, 0, 0, 4, 10},
                                         {bytes_of(result), 0, 4}};
    Instance instance;
    instance.columns = static_cast<int64_t>(indices.size());
    instance.accesses = accesses;
    std::atomic<uint32_t> fault{0};
    backend_->launch(*compiled, {&instance, 1}, &fault);
    EXPECT_EQ(fault, bad == 3 ? 0u : 1 + table);
    EXPECT_EQ(result[0], values[7]);
    if (bad == 3) {
      EXPECT_EQ(result[11111], values[3]);
    }
  }
}

TEST_P(CpuBackend, CopiesAndMultiplies) {
  for (const int64_t count : {0, 1, 1000, 1000003}) {
    std::vector<float> source = numbers(count);
    std::vector<float> target(source.size());
    backend_->copy(target.data(), source.data(), count * 4);
    EXPECT_EQ(target, source);
  }
  const float a[2] = {2, 3};
  const float b[2] = {5, 7};
  float result = -1;
  backend_->multiply({DType::f32, 1, 1, 2, false, false, 2, 1, 1}, a, b, &result);
  EXPECT_EQ(result, 31);
}

INSTANTIATE_TEST_SUITE_P(Threads, CpuBackend, testing::Values(1, 2, 3));

}  // namespace
}  // namespace lazuli::cpu
