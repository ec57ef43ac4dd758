// Elements as unsigned integers in the same order: equal elements give equal keys (so do -0 and 0),
// NaNs the greatest, all the same. What sorting and searching share.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "lazuli/core/element_types.h"

namespace lazuli::cpu {

// 32 bits hold the keys of up to four bytes.
template <typename T>
using SortKey = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <typename T>
SortKey<T> sort_key(T x) {
  using Key = SortKey<T>;
  if constexpr (std::is_integral_v<T>) {
    constexpr Key kSign = std::is_signed_v<T> ? Key{1} << (8 * sizeof(T) - 1) : 0;
    return static_cast<Key>(static_cast<std::make_unsigned_t<T>>(x)) ^ kSign;
  } else {
    using Bits = std::conditional_t<sizeof(T) == 2, uint16_t, Key>;
    constexpr Bits kSign = Bits(Bits{1} << (8 * sizeof(T) - 1));
    if (x != x) return static_cast<Bits>(~Bits{0});
    if (x == 0) return kSign;
    const Bits bits = std::bit_cast<Bits>(x);
    return static_cast<Bits>(bits & kSign ? ~bits : bits | kSign);
  }
}

// The element with that key, of equal ones 0 and not -0.
template <typename T>
T element_of(SortKey<T> key) {
  if constexpr (std::is_integral_v<T>) {
    constexpr SortKey<T> kSign = std::is_signed_v<T> ? SortKey<T>{1} << (8 * sizeof(T) - 1) : 0;
    return static_cast<T>(key ^ kSign);
  } else {
    using Bits = std::conditional_t<sizeof(T) == 2, uint16_t, SortKey<T>>;
    constexpr Bits kSign = Bits(Bits{1} << (8 * sizeof(T) - 1));
    const Bits bits = static_cast<Bits>(key);
    return std::bit_cast<T>(static_cast<Bits>(bits & kSign ? bits ^ kSign : ~bits));
  }
}

}  // namespace lazuli::cpu
