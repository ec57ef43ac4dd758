#include "tests/scalars/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "lazuli/interpret/interpret.h"

namespace lazuli::scalar_tests {
namespace {

constexpr int64_t kBatch = 1 << 16;

// A kernel that applies the function to a row.
kernel::Kernel kernel_of(const ScalarCase& scalar) {
  kernel::Builder builder(kernel::Form::rows);
  const uint32_t source = builder.add_access({});
  const uint32_t target = builder.add_access({.written = true});
  builder.begin_loop();
  const kernel::Value x = builder.load(source, kernel::Level::loop);
  builder.store(target, scalar.build(builder, x), kernel::Level::loop);
  builder.end_loop();
  return builder.finish();
}

int loop_instructions(const kernel::Kernel& kernel) {
  int count = 0;
  for (const kernel::Block& block : kernel.blocks) {
    if (block.level != kernel::Level::loop) continue;
    for (uint32_t i = block.first; i < block.last; ++i) {
      const kernel::Primitive primitive = kernel.code[i].primitive;
      count += primitive != kernel::Primitive::load && primitive != kernel::Primitive::store &&
               primitive != kernel::Primitive::bitcast;
    }
  }
  return count;
}

// The distance of floats around a real number.
double spacing(double value) {
  if (std::abs(value) < 0x1p-126) return 0x1p-149;
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, exponent - 24);
}

void compare(float x, float result, double exact, Measured& measured) {
  ++measured.count;
  const float rounded = static_cast<float>(exact);
  const bool is_special = !std::isfinite(rounded) || !std::isfinite(result);
  const bool is_same = std::isnan(rounded) ? std::isnan(result) : rounded == result;
  const bool is_sign_wrong = !std::isnan(rounded) && result != 0 && rounded != 0 &&
                             std::signbit(rounded) != std::signbit(result);
  if ((is_special && !is_same) || is_sign_wrong) {
    if (measured.mistakes++ == 0) measured.mistake_at = x;
    return;
  }
  if (is_special) return;
  measured.above_one += std::abs(result) > 1;
  const double error = std::abs(result - exact) / spacing(exact);
  if (error > measured.worst) {
    measured.worst = error;
    measured.worst_at = x;
  }
}

}  // namespace

Measured measure(const ScalarCase& scalar, uint64_t stride) {
  const kernel::Kernel kernel = kernel_of(scalar);
  const std::unique_ptr<kernel::Program> program = interpret::make_program(kernel);
  Measured measured;
  measured.instructions = loop_instructions(kernel);
  std::vector<float> inputs(kBatch);
  std::vector<float> results(kBatch);
  std::vector<char> scratch(program->scratch_bytes(1, kBatch, 1) + 64);
  const uintptr_t aligned = (reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64;
  const uint64_t last = uint64_t{1} << (scalar.takes_fractions ? 24 : 32);
  for (uint64_t first = 0; first < last; first += stride * kBatch) {
    const uint64_t count = std::min<uint64_t>(kBatch, (last - first + stride - 1) / stride);
    for (uint64_t i = 0; i < count; ++i) {
      const uint32_t bits = static_cast<uint32_t>(first + i * stride);
      inputs[i] =
          scalar.takes_fractions ? static_cast<float>(bits) * 0x1p-24f : std::bit_cast<float>(bits);
    }
    const kernel::AccessArguments accesses[2] = {
        {.base = reinterpret_cast<char*>(inputs.data()), .column_stride = sizeof(float)},
        {.base = reinterpret_cast<char*>(results.data()), .column_stride = sizeof(float)}};
    kernel::Arguments arguments;
    arguments.columns = static_cast<int64_t>(count);
    arguments.accesses = accesses;
    arguments.scratch = reinterpret_cast<char*>(aligned);
    program->run(arguments);
    for (uint64_t i = 0; i < count; ++i) {
      compare(inputs[i], results[i], scalar.reference(inputs[i]), measured);
    }
  }
  return measured;
}

}  // namespace lazuli::scalar_tests
