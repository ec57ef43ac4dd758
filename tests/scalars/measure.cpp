#include "tests/scalars/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <type_traits>
#include <vector>

#include "lazuli/interpret/interpret.h"

namespace lazuli::scalar_tests {
namespace {

constexpr int64_t kBatch = 1 << 16;

// A kernel that applies the function to rows of its operands.
template <typename Case>
kernel::Kernel kernel_of(const Case& scalar) {
  constexpr bool kIsPair = std::is_same_v<Case, PairCase>;
  kernel::Builder builder(kernel::Form::rows);
  const DType dtype = scalar.reference ? DType::f32 : DType::f64;
  const uint32_t target = builder.add_access({.dtype = dtype, .written = true});
  const uint32_t first = builder.add_access({.dtype = dtype});
  const uint32_t second = kIsPair ? builder.add_access({.dtype = dtype}) : 0;
  builder.begin_loop();
  const kernel::Value x = builder.load(first, kernel::Level::loop);
  kernel::Value result;
  if constexpr (kIsPair) {
    result = scalar.build(builder, x, builder.load(second, kernel::Level::loop));
  } else {
    result = scalar.build(builder, x);
  }
  builder.store(target, result, kernel::Level::loop);
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
void compare(Place at, T result, Real exact, Measured& measured) {
  ++measured.count;
  const T rounded = static_cast<T>(exact);
  const bool is_special = !std::isfinite(rounded) || !std::isfinite(result);
  const bool is_same = std::isnan(rounded) ? std::isnan(result) : rounded == result;
  // A tiny result may round to a zero of the other sign's place, a zero has its own sign.
  const bool is_sign_wrong = !std::isnan(rounded) &&
                             (exact == 0 || (result != 0 && rounded != 0)) &&
                             std::signbit(rounded) != std::signbit(result);
  if ((is_special && !is_same) || is_sign_wrong) {
    if (measured.mistakes++ == 0) measured.mistake_at = at;
    return;
  }
  if (is_special) return;
  measured.above_one += std::abs(result) > 1;
  const Real distance = std::abs(static_cast<Real>(result) - exact);
  const auto error = static_cast<double>(distance / spacing<T, Real>(exact));
  if (error > measured.worst) {
    measured.worst = error;
    measured.worst_at = at;
  }
}

// Runs the function over as many operands as `next` gives, a batch at a time.
template <typename T, typename Case, typename Next, typename Reference>
Measured run(const Case& scalar, uint64_t total, const Next& next, const Reference& reference) {
  const kernel::Kernel kernel = kernel_of(scalar);
  const std::unique_ptr<kernel::Program> program = interpret::make_program(kernel);
  Measured measured;
  measured.instructions = loop_instructions(kernel);
  std::vector<Place> places(kBatch);
  std::vector<T> x(kBatch);
  std::vector<T> y(kBatch);
  std::vector<T> results(kBatch);
  std::vector<char> scratch(program->scratch_bytes(1, kBatch, 1) + 64);
  const uintptr_t aligned = (reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64;
  for (uint64_t first = 0; first < total; first += kBatch) {
    const uint64_t count = std::min<uint64_t>(kBatch, total - first);
    for (uint64_t i = 0; i < count; ++i) {
      places[i] = next(first + i);
      x[i] = static_cast<T>(places[i].x);
      y[i] = static_cast<T>(places[i].y);
    }
    const auto access = [](std::vector<T>& row) {
      return kernel::AccessArguments{.base = reinterpret_cast<char*>(row.data()),
                                     .column_stride = sizeof(T)};
    };
    const kernel::AccessArguments accesses[3] = {access(results), access(x), access(y)};
    kernel::Arguments arguments;
    arguments.columns = static_cast<int64_t>(count);
    arguments.accesses = accesses;
    arguments.scratch = reinterpret_cast<char*>(aligned);
    program->run(arguments);
    for (uint64_t i = 0; i < count; ++i) {
      compare<T>(places[i], results[i], reference(places[i]), measured);
    }
  }
  return measured;
}

float f32_input(const ScalarCase& scalar, uint64_t place) {
  const auto bits = static_cast<uint32_t>(place);
  if (scalar.inputs == Inputs::fractions) return static_cast<float>(bits) * 0x1p-24f;
  const auto value = std::bit_cast<float>(bits);
  return scalar.inputs == Inputs::positive ? std::abs(value) : value;
}

// Multiples of an odd number go through all words, evenly however many are taken.
constexpr uint64_t kStep = 0x9e3779b97f4a7c15u;

double any_f64_input(uint64_t place) {
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
  const uint64_t word = place * kStep;
  if (place < std::size(kSpecial)) return kSpecial[place];
  if (place % 2 == 0) return std::bit_cast<double>(word);
  const uint64_t exponent = 1023 - 30 + (word >> 52) % 41;
  return std::bit_cast<double>((word << 63) | exponent << 52 | (word & 0xfffffffffffffu));
}

double f64_input(const ScalarCase& scalar, uint64_t place) {
  if (scalar.inputs == Inputs::fractions) return static_cast<double>(place * kStep >> 11) * 0x1p-53;
  const double value = any_f64_input(place);
  return scalar.inputs == Inputs::positive ? std::abs(value) : value;
}

template <typename T>
constexpr T kSpecialPair[] = {std::numeric_limits<T>::quiet_NaN(),
                              std::numeric_limits<T>::infinity(),
                              0,
                              std::numeric_limits<T>::denorm_min(),
                              std::numeric_limits<T>::min(),
                              std::numeric_limits<T>::max(),
                              0.25,
                              0.5,
                              1 - std::numeric_limits<T>::epsilon() / 2,
                              1,
                              1 + std::numeric_limits<T>::epsilon(),
                              1.5,
                              2,
                              3,
                              4,
                              5,
                              2 / std::numeric_limits<T>::epsilon() - 1,
                              2 / std::numeric_limits<T>::epsilon(),
                              1e10};

// A fixed scramble of a counter (splitmix64): the same sample everywhere.
uint64_t scrambled(uint64_t counter) {
  uint64_t z = counter * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// A number of either sign whose exponent lies in [least, most], from a word.
template <typename T>
T sized(uint64_t word, int least, int most) {
  const int exponent = least + static_cast<int>(word >> 56 & 0x7f) % (most - least + 1);
  const T fraction = 1 + static_cast<T>(word & 0xfffffffffffffu) * static_cast<T>(0x1p-52);
  return std::ldexp(word >> 63 ? -fraction : fraction, exponent);
}

// By turns any bits, moderate numbers of which the first is positive, and a first near 1.
template <typename T>
Place sampled(uint64_t counter) {
  using Limits = std::numeric_limits<T>;
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  const uint64_t first = scrambled(2 * counter);
  const uint64_t second = scrambled(2 * counter + 1);
  switch (counter % 3) {
    case 0:
      return {std::bit_cast<T>(static_cast<Bits>(first)),
              std::bit_cast<T>(static_cast<Bits>(second))};
    case 1:
      return {std::abs(sized<T>(first, -8, 8)), sized<T>(second, -8, 8)};
    default:
      return {1 + sized<T>(first, 1 - Limits::digits, -2), sized<T>(second, 0, Limits::digits + 2)};
  }
}

}  // namespace

Measured measure(const ScalarCase& scalar, uint64_t stride) {
  const bool is_f32 = scalar.reference != nullptr;
  const uint64_t last = uint64_t{1} << (is_f32 && scalar.inputs == Inputs::fractions ? 24 : 32);
  const uint64_t total = (last + stride - 1) / stride;
  if (is_f32) {
    return run<float>(
        scalar, total, [&](uint64_t i) -> Place { return {f32_input(scalar, i * stride)}; },
        [&](Place at) { return scalar.reference(at.x); });
  }
  return run<double>(
      scalar, total, [&](uint64_t i) -> Place { return {f64_input(scalar, i)}; },
      [&](Place at) { return scalar.reference_f64(at.x); });
}

template <typename T, typename Reference>
Measured measure_pairs(const PairCase& scalar, uint64_t count, const Reference& reference) {
  constexpr uint64_t kCount = 2 * std::size(kSpecialPair<T>);
  const auto special = [](uint64_t i) {
    const T value = kSpecialPair<T>[i / 2];
    return i % 2 ? -value : value;
  };
  const auto next = [&](uint64_t i) -> Place {
    if (i < kCount * kCount) return {special(i % kCount), special(i / kCount)};
    return sampled<T>(i);
  };
  return run<T>(scalar, kCount * kCount + count, next,
                [&](Place at) { return reference(at.x, at.y); });
}

Measured measure(const PairCase& scalar, uint64_t count) {
  if (scalar.reference) return measure_pairs<float>(scalar, count, scalar.reference);
  return measure_pairs<double>(scalar, count, scalar.reference_f64);
}

}  // namespace lazuli::scalar_tests
