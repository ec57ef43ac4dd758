// Labelled grey images in host memory: what the readers and the generator give and what the loader
// takes. Knows nothing of tensors.
#pragma once

#include <cstdint>
#include <vector>

namespace lazuli::data {

struct Images {
  int64_t count = 0;
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<uint8_t> pixels;  // count * rows * columns, row-major; 0 is the background

  int64_t pixels_each() const { return rows * columns; }
};

struct LabelledImages {
  Images images;
  std::vector<uint8_t> labels;  // one an image

  int64_t count() const { return images.count; }
};

}  // namespace lazuli::data
