#include "tests/scalars/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "lazuli/interpret/interpret.h"

namespace lazuli::scalar_tests {
namespace {

constexpr int64_t kBatch = 1 << 16;

// A kernel that applies the function to a row.
kernel::Kernel kernel_of(const ScalarCase& scalar) {
  kernel::Builder builder(kernel::Form::rows);
  const DType dtype = scalar.reference ? DType::f32 : DType::f64;
  const uint32_t source = builder.add_access({.dtype = dtype});
  const uint32_t target = builder.add_access({.dtype = dtype, .written = true});
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
template <typename T, typename Real>
Real spacing(Real value) {
  using Limits = std::numeric_limits<T>;
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(Real(1), std::max(exponent, Limits::min_exponent) - Limits::digits);
}

template <typename T, typename Real>
void compare(T x, T result, Real exact, Measured& measured) {
  ++measured.count;
  const T rounded = static_cast<T>(exact);
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
  const Real distance = std::abs(static_cast<Real>(result) - exact);
  const auto error = static_cast<double>(distance / spacing<T, Real>(exact));
  if (error > measured.worst) {
    measured.worst = error;
    measured.worst_at = x;
  }
}

float input_of(const ScalarCase& scalar, uint64_t place, float) {
  const auto bits = static_cast<uint32_t>(place);
  return scalar.takes_fractions ? static_cast<float>(bits) * 0x1p-24f : std::bit_cast<float>(bits);
}

double input_of(const ScalarCase& scalar, uint64_t place, double) {
  constexpr double kSpecial[] = {0.0,
                                 -0.0,
                                 0x1p-1074,
                                 -0x1p-1074,
                                 0x1p-1022,
                                 1.0,
                                 -1.0,
                                 std::numeric_limits<double>::max(),
                                 std::numeric_limits<double>::lowest(),
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 709.782712893384,
                                 709.7827128933841,
                                 -745.1332191019411,
                                 -745.1332191019412,
                                 -708.3964185322641,
                                 19.06154746539849};
  // Multiples of an odd number go through all words, evenly however many are taken.
  const uint64_t word = place * 0x9e3779b97f4a7c15u;
  if (scalar.takes_fractions) return static_cast<double>(word >> 11) * 0x1p-53;
  if (place < std::size(kSpecial)) return kSpecial[place];
  if (place % 2 == 0) return std::bit_cast<double>(word);
  const uint64_t exponent = 1023 - 30 + (word >> 52) % 41;
  return std::bit_cast<double>((word << 63) | exponent << 52 | (word & 0xfffffffffffffu));
}

template <typename T, typename Real>
Measured measure_as(const ScalarCase& scalar, Real (*reference)(Real), uint64_t stride) {
  const kernel::Kernel kernel = kernel_of(scalar);
  const std::unique_ptr<kernel::Program> program = interpret::make_program(kernel);
  Measured measured;
  measured.instructions = loop_instructions(kernel);
  std::vector<T> inputs(kBatch);
  std::vector<T> results(kBatch);
  std::vector<char> scratch(program->scratch_bytes(1, kBatch, 1) + 64);
  const uintptr_t aligned = (reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64;
  const bool is_f32 = sizeof(T) == 4;
  const uint64_t last = uint64_t{1} << (is_f32 && scalar.takes_fractions ? 24 : 32);
  const uint64_t total = (last + stride - 1) / stride;
  for (uint64_t first = 0; first < total; first += kBatch) {
    const uint64_t count = std::min<uint64_t>(kBatch, total - first);
    for (uint64_t i = 0; i < count; ++i) {
      inputs[i] = input_of(scalar, is_f32 ? (first + i) * stride : first + i, T());
    }
    const kernel::AccessArguments accesses[2] = {
        {.base = reinterpret_cast<char*>(inputs.data()), .column_stride = sizeof(T)},
        {.base = reinterpret_cast<char*>(results.data()), .column_stride = sizeof(T)}};
    kernel::Arguments arguments;
    arguments.columns = static_cast<int64_t>(count);
    arguments.accesses = accesses;
    arguments.scratch = reinterpret_cast<char*>(aligned);
    program->run(arguments);
    for (uint64_t i = 0; i < count; ++i) {
      compare<T, Real>(inputs[i], results[i], reference(inputs[i]), measured);
    }
  }
  return measured;
}

}  // namespace

Measured measure(const ScalarCase& scalar, uint64_t stride) {
  return scalar.reference ? measure_as<float>(scalar, scalar.reference, stride)
                          : measure_as<double>(scalar, scalar.reference_f64, stride);
}

}  // namespace lazuli::scalar_tests
