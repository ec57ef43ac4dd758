#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "lazuli/base/env.h"
#include "lazuli/base/error.h"
#include "lazuli/base/metrics.h"
#include "lazuli/exec/executor.h"
#include "lazuli/exec/kernel_cache.h"
#include "lazuli/exec/verify.h"

namespace lazuli::exec {
namespace {

using metrics::Counter;
using op::OpKind;
using trace::CallOperand;
using trace::Value;

Ref<Value> data(const std::vector<float>& values) {
  const Shape shape = {static_cast<int64_t>(values.size())};
  Ref<runtime::Buffer> buffer =
      runtime::Buffer::allocated(static_cast<int64_t>(values.size() * sizeof(float)));
  std::memcpy(buffer->data(), values.data(), values.size() * sizeof(float));
  return Value::of_buffer({kFloat32, shape}, contiguous(shape), buffer);
}

CallOperand operand(const Ref<Value>& value) {
  CallOperand result;
  result.value = value.get();
  return result;
}

Ref<Value> apply(OpKind kind, const Ref<Value>& a, const Ref<Value>& b) {
  const CallOperand operands[] = {operand(a), operand(b)};
  return record({kind, operands, {}, {}, {}, {}});
}

std::vector<float> values(const Ref<Value>& value) {
  read(*value);
  std::vector<float> result(static_cast<size_t>(value->type().numel()));
  std::memcpy(result.data(), value->buffer()->data(), result.size() * sizeof(float));
  return result;
}

TEST(Executor, a_read_evaluates_what_is_pending) {
  const Ref<Value> a = data({1, 2, 3});
  const Ref<Value> b = data({10, 20, 30});
  const Ref<Value> product = apply(OpKind::mul, a, b);
  EXPECT_NE(product->tape(), nullptr);
  EXPECT_EQ(values(product), (std::vector<float>{10, 40, 90}));
  EXPECT_EQ(product->tape(), nullptr);
}

TEST(Executor, eval_leaves_nothing_pending_and_drops_what_nobody_holds) {
  const Ref<Value> a = data({1, 2, 3});
  const Ref<Value> kept = apply(OpKind::mul, apply(OpKind::mul, a, a), a);
  eval();
  EXPECT_EQ(kept->tape(), nullptr);
  EXPECT_EQ(values(kept), (std::vector<float>{1, 8, 27}));
}

TEST(Executor, the_same_trace_with_another_live_set_is_another_plan) {
  const Ref<Value> a = data({1, 2});
  for (int i = 0; i < 2; ++i) {
    const Ref<Value> last = apply(OpKind::maximum, apply(OpKind::mul, a, a), a);
    EXPECT_EQ(values(last), (std::vector<float>{1, 4}));
    const Ref<Value> first = apply(OpKind::mul, a, a);
    const Ref<Value> second = apply(OpKind::maximum, first, a);
    EXPECT_EQ(values(second), (std::vector<float>{1, 4}));
    EXPECT_EQ(values(first), (std::vector<float>{1, 4}));
  }
}

TEST(Executor, a_mistake_leaves_the_tape_as_it_was) {
  const Ref<Value> a = data({1, 2});
  const Ref<Value> b = data({1, 2, 3});
  const Ref<Value> before = apply(OpKind::mul, a, a);
  EXPECT_THROW(apply(OpKind::mul, a, b), ValueError);
  EXPECT_EQ(values(apply(OpKind::mul, before, a)), (std::vector<float>{1, 8}));
}

TEST(Executor, an_input_that_nobody_holds_gives_its_memory_to_the_result) {
  Ref<Value> a = data(std::vector<float>(1000, 2));
  const Ref<Value> b = data(std::vector<float>(1000, 3));
  const Ref<Value> kept = data(std::vector<float>(1000, 4));
  const uint64_t before = metrics::value(Counter::donations);
  const char* memory = a->buffer()->data();
  const Ref<Value> product = apply(OpKind::mul, a, kept);
  a = nullptr;
  EXPECT_EQ(values(product), std::vector<float>(1000, 8));
  EXPECT_EQ(product->buffer()->data(), memory);
  EXPECT_EQ(metrics::value(Counter::donations), before + 1);
  EXPECT_EQ(values(kept), std::vector<float>(1000, 4));
  EXPECT_EQ(values(b), std::vector<float>(1000, 3));
}

TEST(Executor, positions_of_the_generator_are_handed_out_once) {
  manual_seed(9);
  EXPECT_EQ(random_seed(), 9u);
  EXPECT_EQ(take_random(10), 0u);
  EXPECT_EQ(take_random(1), 10u);
  manual_seed(0);
  EXPECT_EQ(take_random(1), 0u);
}

TEST(Verification, a_launch_that_differs_from_its_reference_is_an_error) {
  float memory[4] = {1, 2, 3, 4};
  const std::vector<WrittenMemory> written = {
      {reinterpret_cast<char*>(memory), sizeof(memory), kFloat32}};
  const auto write = [&](float value) { return [&, value] { memory[2] = value; }; };
  EXPECT_NO_THROW(verify_against_reference(written, write(5), write(5)));
  EXPECT_EQ(memory[2], 5);
  EXPECT_THROW(verify_against_reference(written, write(6), write(7)), InternalError);
}

TEST(Verification, the_reference_agrees_with_every_kernel_of_a_program) {
  const uint32_t before = env::verify();
  env::set_verify(env::kVerifyReference);
  const Ref<Value> a = data({1, -2, 3});
  EXPECT_EQ(values(apply(OpKind::maximum, apply(OpKind::mul, a, a), a)),
            (std::vector<float>{1, 4, 9}));
  env::set_verify(before);
}

class FakeKernel final : public backend::CompiledKernel {
 public:
  int64_t code_bytes() const override { return 1000; }
};

class FakeBackend final : public backend::Backend {
 public:
  std::string_view name() const override { return "fake"; }
  std::unique_ptr<backend::CompiledKernel> compile(const kernel::Kernel&) override {
    ++compiled;
    return std::make_unique<FakeKernel>();
  }
  void launch(const backend::CompiledKernel&, std::span<const backend::Instance>,
              std::atomic<uint32_t>*) override {}
  void multiply(const backend::MatrixProduct&, const void*, const void*, void*) override {}
  void call(const backend::LibraryCall&) override {}
  void copy(void*, const void*, int64_t) override {}
  void launch_reference(const backend::CompiledKernel&, std::span<const backend::Instance>,
                        std::atomic<uint32_t>*) override {}
  double estimate_seconds(const backend::CompiledKernel&,
                          std::span<const backend::Instance>) const override {
    return 0;
  }
  int compiled = 0;
};

kernel::Kernel kernel_of(float constant) {
  kernel::Builder builder(kernel::Form::rows);
  const uint32_t target =
      builder.add_access({kernel::Access::Kind::buffer, kFloat32, true, kernel::Step::unit});
  builder.begin_loop();
  builder.store(target, builder.f32(constant), kernel::Level::loop);
  builder.end_loop();
  return builder.finish();
}

TEST(KernelCache, equal_kernels_are_compiled_once_and_idle_ones_make_way) {
  FakeBackend backend;
  KernelCache cache(10'000);
  const auto first = cache.get(backend, 0, kernel_of(1));
  EXPECT_EQ(cache.get(backend, 0, kernel_of(1)), first);
  EXPECT_EQ(backend.compiled, 1);
  cache.get(backend, 1, kernel_of(1));
  EXPECT_EQ(backend.compiled, 2);
  for (int i = 2; i < 40; ++i) cache.get(backend, 0, kernel_of(static_cast<float>(i)));
  EXPECT_TRUE(cache.is_over_budget());
  cache.shrink();
  EXPECT_LE(cache.bytes(), 5'000);
  EXPECT_EQ(cache.get(backend, 0, kernel_of(1)), first);  // held, so it stayed
}

}  // namespace
}  // namespace lazuli::exec
