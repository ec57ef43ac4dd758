// The sizes in which blocks of memory come: multiples of 64 bytes up to 512, then eight steps a
// doubling. A block is less than an eighth larger than what was asked of it, beyond the first 64
// bytes. Pure arithmetic; knows nothing of where blocks come from.
#pragma once

#include <bit>
#include <cstdint>

namespace lazuli::runtime {

inline constexpr int64_t kSmallLimit = 32 * 1024;  // the largest block of the small classes
inline constexpr int64_t kLargestBlock = int64_t{1} << 46;  // more than any machine maps
inline constexpr int kSmallClasses = 56;
inline constexpr int kSizeClasses = 304;

// The class of blocks that hold `bytes` bytes; 0 <= bytes <= kLargestBlock.
constexpr int size_class_of(int64_t bytes) {
  if (bytes <= 512) return bytes <= 64 ? 0 : static_cast<int>((bytes - 1) >> 6);
  const uint64_t last = static_cast<uint64_t>(bytes) - 1;
  const int exponent = 63 - std::countl_zero(last);  // 9 and up
  return (exponent - 8) * 8 + static_cast<int>((last >> (exponent - 3)) & 7);
}

constexpr int64_t bytes_of_class(int size_class) {
  if (size_class < 8) return (size_class + 1) * 64;
  return static_cast<int64_t>(size_class % 8 + 9) << (size_class / 8 + 5);
}

static_assert(size_class_of(kSmallLimit) == kSmallClasses - 1);
static_assert(bytes_of_class(kSmallClasses - 1) == kSmallLimit);
static_assert(size_class_of(kLargestBlock) == kSizeClasses - 1);
static_assert(bytes_of_class(kSizeClasses - 1) == kLargestBlock);
static_assert(bytes_of_class(size_class_of(513)) == 576 && bytes_of_class(8) == 576);

}  // namespace lazuli::runtime
