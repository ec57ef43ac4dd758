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
  constexpr std::string_view kNames[] = {"f32", "i32", "i64", "mask"};
  const auto place = static_cast<size_t>(type);
  LZ_ASSERT(place < std::size(kNames), "type {}", place);
  return kNames[place];
}

std::string_view name_of(Combine combine) {
  constexpr std::string_view kNames[] = {"sum", "max", "min", "any", "all"};
  const auto place = static_cast<size_t>(combine);
  LZ_ASSERT(place < std::size(kNames), "combine {}", place);
  return kNames[place];
}

int operand_count(Primitive primitive) {
  const auto place = static_cast<size_t>(primitive);
  LZ_ASSERT(place < std::size(kRows), "primitive {}", place);
  return kRows[place].operands;
}

uint64_t identity_of(Combine combine, Type type) {
  switch (combine) {
    case Combine::sum:
      return type == Type::f32 ? 0x80000000u : 0;
    case Combine::max:
      return type == Type::f32   ? 0xff800000u
             : type == Type::i32 ? uint64_t{1} << 31
                                 : uint64_t{1} << 63;
    case Combine::min:
      return type == Type::f32 ? 0x7f800000u : type == Type::i32 ? 0x7fffffffu : ~uint64_t{0} >> 1;
    case Combine::any:
      return 0;
    case Combine::all:
      return 1;
  }
  LZ_ASSERT(false, "combine {}", static_cast<int>(combine));
}

}  // namespace lazuli::kernel
