#include "lazuli/kernel/primitives.h"

#include <iterator>

#include "lazuli/base/check.h"

namespace lazuli::kernel {
namespace {

struct Row {
  std::string_view name;
  int operands;
};

constexpr Row kRows[] = {
#define LZ_X(name, operands, meaning) {#name, operands},
    LZ_PRIMITIVES(LZ_X)
#undef LZ_X
};

}  // namespace

std::string_view name_of(Primitive primitive) {
  const auto place = static_cast<size_t>(primitive);
  LZ_ASSERT(place < std::size(kRows), "primitive {}", place);
  return kRows[place].name;
}

std::string_view name_of(Type type) {
  constexpr std::string_view kNames[] = {"f32", "f64", "i32", "i64", "mask"};
  const auto place = static_cast<size_t>(type);
  LZ_ASSERT(place < std::size(kNames), "type {}", place);
  return kNames[place];
}

std::string_view name_of(Combine combine) {
  constexpr std::string_view kNames[] = {"sum", "max", "min", "product", "any", "all"};
  const auto place = static_cast<size_t>(combine);
  LZ_ASSERT(place < std::size(kNames), "combine {}", place);
  return kNames[place];
}

int operand_count(Primitive primitive) {
  const auto place = static_cast<size_t>(primitive);
  LZ_ASSERT(place < std::size(kRows), "primitive {}", place);
  return kRows[place].operands;
}

Primitive join_of(Combine combine) {
  constexpr Primitive kJoins[] = {Primitive::add, Primitive::max,    Primitive::min,
                                  Primitive::mul, Primitive::bit_or, Primitive::bit_and};
  const auto place = static_cast<size_t>(combine);
  LZ_ASSERT(place < std::size(kJoins), "combine {}", place);
  return kJoins[place];
}

uint64_t identity_of(Combine combine, Type type) {
  constexpr uint64_t kSign32 = uint64_t{1} << 31, kSign64 = uint64_t{1} << 63;
  // By type: -0.0 and 0; the least value; the greatest; 1.
  constexpr uint64_t kSum[] = {kSign32, kSign64, 0, 0};
  constexpr uint64_t kMax[] = {0xff800000u, uint64_t{0xfff} << 52, kSign32, kSign64};
  constexpr uint64_t kMin[] = {0x7f800000u, uint64_t{0x7ff} << 52, kSign32 - 1, kSign64 - 1};
  constexpr uint64_t kOne[] = {0x3f800000u, uint64_t{0x3ff} << 52, 1, 1};
  const auto place = static_cast<size_t>(type);
  switch (combine) {
    case Combine::sum:
      return kSum[place];
    case Combine::max:
      return kMax[place];
    case Combine::min:
      return kMin[place];
    case Combine::product:
      return kOne[place];
    case Combine::any:
      return 0;
    case Combine::all:
      return 1;
  }
  LZ_ASSERT(false, "combine {}", static_cast<int>(combine));
}

}  // namespace lazuli::kernel
