// Images of handwritten-looking digits, drawn on the spot: a training set where no files are. Each
// image is a function of the seed and its index, equal on every machine, so any range can be made
// alone: a program trains on one range and tests on another.
#pragma once

#include <cstdint>
#include <span>

#include "lazuli/data/images.h"

namespace lazuli::data {

class Digits {
 public:
  static constexpr int64_t kRows = 28;
  static constexpr int64_t kColumns = 28;
  static constexpr int64_t kPixels = kRows * kColumns;
  static constexpr int kClasses = 10;

  explicit Digits(uint64_t seed) : seed_(seed) {}

  // Draws image `index` (0 or more) into `pixels` and gives its label, 0 to 9. The class, the way
  // of writing it, its slant, turn, size, place, line width, ink and noise are random.
  uint8_t draw(int64_t index, std::span<uint8_t, kPixels> pixels) const;

  // Images first .. first + count - 1. Throws ValueError for a negative number.
  LabelledImages make(int64_t first, int64_t count) const;

 private:
  uint64_t seed_;
};

}  // namespace lazuli::data
