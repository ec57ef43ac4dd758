#include "tests/scalars/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "lazuli/backends/cpu/jit/assemble.h"
#include "lazuli/interpret/interpret.h"
#include "tests/scalars/inputs.h"

namespace lazuli::scalar_tests {
namespace {

constexpr int64_t kBatch = 1 << 12;

// A kernel that applies the function to rows of its operands.
kernel::Kernel kernel_of(const ScalarCase& scalar) {
  kernel::Builder builder(kernel::Form::rows);
  const DType dtype = scalar.type == kernel::Type::f32 ? kFloat32 : kFloat64;
  const uint32_t target = builder.add_access({.dtype = dtype, .written = true});
  const uint32_t first = builder.add_access({.dtype = dtype});
  const uint32_t second = scalar.is_pair ? builder.add_access({.dtype = dtype}) : 0;
  builder.begin_loop();
  const kernel::Value x = builder.load(first, kernel::Level::loop);
  const kernel::Value y =
      scalar.is_pair ? builder.load(second, kernel::Level::loop) : kernel::Value();
  builder.store(target, scalar.build(builder, x, y), kernel::Level::loop);
  builder.end_loop();
  return builder.finish();
}

// All executors give the same bits; the fastest that LAZULI_CPU allows.
std::unique_ptr<kernel::Program> program_of(const kernel::Kernel& kernel) {
  const jit::InstructionSet set = jit::available();
  return set == jit::InstructionSet::none ? interpret::make_program(kernel)
                                          : jit::assemble(kernel, set);
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

// The distance of floats around a real number, as a power of 2.
template <typename T>
int spacing(double value) {
  using Limits = std::numeric_limits<T>;
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::max(exponent, Limits::min_exponent) - Limits::digits;
}

template <typename T>
void compare(const ScalarCase& scalar, Place at, T result, Measured& measured) {
  const Quad exact = scalar.reference.one(static_cast<T>(at.x), static_cast<T>(at.y));
  const T rounded = static_cast<T>(exact);
  const bool is_special = !std::isfinite(rounded) || !std::isfinite(result);
  const bool is_same = std::isnan(rounded) ? std::isnan(result) : rounded == result;
  const bool is_absolute = scalar.inputs == Inputs::negative;
  // A tiny result may round to a zero of the other sign's place, a zero has its own sign.
  const bool is_sign_wrong = !std::isnan(rounded) && !is_absolute &&
                             (exact == 0 || (result != 0 && rounded != 0)) &&
                             std::signbit(rounded) != std::signbit(result);
  if ((is_special && !is_same) || is_sign_wrong) {
    if (measured.mistakes++ == 0) measured.mistake_at = at;
    return;
  }
  if (is_special) return;
  const Quad distance = result < exact ? exact - result : result - exact;
  // The spacing is that of the exact result, which may round up to a power of 2.
  const T below = references::abs(static_cast<Quad>(rounded)) > references::abs(exact)
                      ? std::nextafter(rounded, T(0))
                      : rounded;
  const int unit = std::max(spacing<T>(below), is_absolute ? spacing<T>(1.0) : -2000);
  const auto error = static_cast<double>(distance * std::exp2(static_cast<long double>(-unit)));
  if (error > measured.worst) {
    measured.worst = error;
    measured.worst_at = at;
  }
}

// Whether a float is beyond doubt off by no more than `limit`, from a reference in double.
int64_t is_clear(float result, double exact, double limit) {
  const double value = result;
  const double rounded = static_cast<float>(exact);
  // 2^-k, k the exponent of the float's last place.
  const int64_t exponent = std::bit_cast<int64_t>(exact) >> 52 & 0x7ff;
  const int64_t normal = exponent < 1023 - 126 ? 1023 - 126 : exponent;
  const auto inverse = std::bit_cast<double>((2046 + 23 - normal) << 52);
  const double error = std::abs(value - exact) * inverse;
  const int64_t signs = ~(std::bit_cast<int64_t>(value) ^ std::bit_cast<int64_t>(rounded)) >> 63;
  const int64_t is_near = error <= limit ? signs : 0;
  const int64_t is_infinite = std::abs(value) > 0x1.fffffep127 ? -1 : 0;
  const int64_t is_same = value == rounded ? is_infinite : 0;
  const int64_t is_nan = rounded != rounded ? -1 : 0;
  const int64_t are_nan = value != value ? is_nan : 0;
  return is_near | is_same | are_nan;
}

// Of a float's row those results that are not beyond doubt better than what is known. A function
// that rounds is off by more than a quarter somewhere.
void compare_row(const ScalarCase& scalar, const double* x, const double* y, const float* results,
                 double* exact, int64_t count, Measured& measured) {
  scalar.reference.rows(x, y, exact, count);
  const double limit = std::max(measured.worst - 1e-5, 0.25);
  int64_t all_clear = -1;
  for (int64_t i = 0; i < count; ++i) all_clear &= is_clear(results[i], exact[i], limit);
  int32_t largest = 0;  // sizes of floats order as their bits do
  for (int64_t i = 0; i < count; ++i) {
    const int32_t size = std::bit_cast<int32_t>(results[i]) & 0x7fffffff;
    const int32_t finite = size < 0x7f800000 ? size : 0;
    largest = finite > largest ? finite : largest;
  }
  measured.largest = std::max<double>(measured.largest, std::bit_cast<float>(largest));
  if (all_clear != 0) return;
  for (int64_t i = 0; i < count; ++i) {
    if (is_clear(results[i], exact[i], limit) == 0) {
      compare<float>(scalar, {x[i], y[i]}, results[i], measured);
    }
  }
}

template <typename T>
Measured run(const ScalarCase& scalar, const Range& range, double known) {
  const kernel::Kernel kernel = kernel_of(scalar);
  const std::unique_ptr<kernel::Program> program = program_of(kernel);
  Measured measured;
  measured.worst = known;
  measured.instructions = loop_instructions(kernel);
  std::vector<double> x_wide(kBatch), y_wide(kBatch), exact(kBatch);
  std::vector<T> x(kBatch), y(kBatch), results(kBatch);
  std::vector<char> scratch(program->scratch_bytes(1, kBatch, 1) + 64);
  const uintptr_t aligned = (reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64;
  const auto access = [](std::vector<T>& row) {
    return kernel::AccessArguments{.base = reinterpret_cast<char*>(row.data()),
                                   .column_stride = sizeof(T)};
  };
  const kernel::AccessArguments accesses[3] = {access(results), access(x), access(y)};
  for (uint64_t next = range.first; next < range.last;) {
    const uint64_t left = (range.last - next + range.stride - 1) / range.stride;
    const auto count = static_cast<int64_t>(std::min<uint64_t>(kBatch, left));
    fill_inputs(scalar, next, range.stride, count, x_wide.data(), y_wide.data());
    for (int64_t i = 0; i < count; ++i) {
      x[i] = static_cast<T>(x_wide[i]);
      y[i] = static_cast<T>(y_wide[i]);
    }
    next += static_cast<uint64_t>(count) * range.stride;
    kernel::Arguments arguments;
    arguments.columns = count;
    arguments.accesses = accesses;
    arguments.scratch = reinterpret_cast<char*>(aligned);
    program->run(arguments);
    measured.count += static_cast<uint64_t>(count);
    if constexpr (sizeof(T) == 4) {
      compare_row(scalar, x_wide.data(), y_wide.data(), results.data(), exact.data(), count,
                  measured);
    } else {
      for (int64_t i = 0; i < count; ++i) {
        compare<T>(scalar, {x[i], y[i]}, results[i], measured);
        if (std::isfinite(results[i])) {
          measured.largest = std::max<double>(measured.largest, std::abs(results[i]));
        }
      }
    }
  }
  return measured;
}

}  // namespace

void Measured::join(const Measured& other) {
  count += other.count;
  if (other.worst > worst) {
    worst = other.worst;
    worst_at = other.worst_at;
  }
  if (mistakes == 0) mistake_at = other.mistake_at;
  mistakes += other.mistakes;
  largest = std::max(largest, other.largest);
  instructions = other.instructions;
}

Measured measure(const ScalarCase& scalar, const Range& range, double known) {
  return scalar.type == kernel::Type::f32 ? run<float>(scalar, range, known)
                                          : run<double>(scalar, range, known);
}

}  // namespace lazuli::scalar_tests
