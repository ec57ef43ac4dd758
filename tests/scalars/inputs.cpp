#include "tests/scalars/inputs.h"

#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <type_traits>

namespace lazuli::scalar_tests {
namespace {

// A fixed scramble of a counter (splitmix64).
uint64_t scrambled(uint64_t counter) {
  uint64_t z = counter * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

constexpr double kLandmarks[] = {
    0.5625,                  // asin
    0.8125,                  // erfc
    0.7071067811865476,      // the fractions of logarithms
    1.4142135623730951,      //
    1.4616321449683623,      // digamma is 0
    4.0,                     // erfinv
    5.0,                     //
    0.9966253323094464,      //
    0.9999999437324111,      //
    9.5,                     // tanh is 1
    19.06154746539849,       //
    36.04365338911715,       // exp is 2^52, 2^-53
    88.72283905206835,       // exp overflows
    709.782712893384,        //
    -708.3964185322641,      // exp underflows
    -745.1332191019411,      //
    26.543258325107917,      // erfc underflows
    27.226017111108362,      //
    5.319371648326541e+255,  // the hardest angle to reduce: 6381956970095103 * 2^797
    std::numeric_limits<double>::max(),
};

// Ever closer to a landmark: a distance of any size relative to it, or none.
double near_landmark(uint64_t word, uint64_t choice) {
  double landmark = 0;
  const uint64_t which = choice >> 32;
  const double whole = static_cast<double>(static_cast<int64_t>(which % 801) - 400);
  switch (choice % 4) {
    case 0:
      landmark = whole / 2;
      break;
    case 1:
      landmark =
          static_cast<double>(which % (uint64_t{1} << (which >> 27))) * (std::numbers::pi / 4);
      break;
    case 2:
      landmark = std::ldexp(1.0, static_cast<int>(which % 2098) - 1074);
      break;
    default:
      landmark = kLandmarks[which % std::size(kLandmarks)];
  }
  const double away = std::ldexp(1.0, -static_cast<int>(word % 54)) *
                      (1 + static_cast<double>(word >> 12) * 0x1p-52);
  const double sign = word & 64 ? -1 : 1;
  if (word % 54 == 0) return sign * landmark;
  return landmark == 0 ? sign * away * away : sign * landmark * (word & 128 ? 1 - away : 1 + away);
}

double any_f64(uint64_t number) {
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
                                 std::numeric_limits<double>::quiet_NaN()};
  if (number < std::size(kSpecial)) return kSpecial[number];
  const uint64_t word = scrambled(2 * number);
  switch (number % 4) {
    case 0:
      return std::bit_cast<double>(word);
    case 1: {
      const uint64_t exponent = 1023 - 30 + (word >> 52) % 41;
      return std::bit_cast<double>((word << 63) | exponent << 52 | (word & 0xfffffffffffffu));
    }
    case 2:
      return (static_cast<double>(word >> 11) * 0x1p-53 - 0.5) * 80;
    default:
      return near_landmark(word, scrambled(2 * number + 1));
  }
}

double one_operand(const ScalarCase& scalar, uint64_t number) {
  if (scalar.inputs == Inputs::fractions) {
    return scalar.type == kernel::Type::f32
               ? static_cast<double>(number) * 0x1p-24
               : static_cast<double>(scrambled(number) >> 11) * 0x1p-53;
  }
  const double value = scalar.type == kernel::Type::f32
                           ? std::bit_cast<float>(static_cast<uint32_t>(number))
                           : any_f64(number);
  if (scalar.inputs == Inputs::all) return value;
  return std::copysign(value, scalar.inputs == Inputs::positive ? 1 : -1);
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

// A number of either sign whose exponent lies in [least, most], from a word.
template <typename T>
T sized(uint64_t word, int least, int most) {
  const int exponent = least + static_cast<int>(word >> 56 & 0x7f) % (most - least + 1);
  const T fraction = 1 + static_cast<T>(word & 0xfffffffffffffu) * static_cast<T>(0x1p-52);
  return std::ldexp(word >> 63 ? -fraction : fraction, exponent);
}

template <typename T>
Place two_operands(uint64_t number) {
  using Limits = std::numeric_limits<T>;
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  constexpr uint64_t kCount = 2 * std::size(kSpecialPair<T>);
  if (number < kCount * kCount) {
    const auto special = [](uint64_t i) {
      const T value = kSpecialPair<T>[i / 2];
      return i % 2 ? -value : value;
    };
    return {special(number % kCount), special(number / kCount)};
  }
  const uint64_t first = scrambled(2 * number), second = scrambled(2 * number + 1);
  switch (number % 3) {
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

bool is_exhaustive(const ScalarCase& scalar) {
  return scalar.type == kernel::Type::f32 && !scalar.is_pair;
}

uint64_t input_count(const ScalarCase& scalar) {
  return uint64_t{1} << (is_exhaustive(scalar) && scalar.inputs == Inputs::fractions ? 24 : 32);
}

void fill_inputs(const ScalarCase& scalar, uint64_t first, uint64_t stride, int64_t count,
                 double* x, double* y) {
  const auto number = [=](int64_t i) { return first + static_cast<uint64_t>(i) * stride; };
  if (is_exhaustive(scalar) && scalar.inputs == Inputs::all) {
    for (int64_t i = 0; i < count; ++i) {
      x[i] = std::bit_cast<float>(static_cast<uint32_t>(number(i)));
      y[i] = 0;
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    if (!scalar.is_pair) {
      x[i] = one_operand(scalar, number(i));
      y[i] = 0;
      continue;
    }
    const Place place = scalar.type == kernel::Type::f32 ? two_operands<float>(number(i))
                                                         : two_operands<double>(number(i));
    x[i] = place.x;
    y[i] = place.y;
  }
}

}  // namespace lazuli::scalar_tests
