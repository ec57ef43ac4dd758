#include "lazuli/data/image_dataset.h"

#include <algorithm>
#include <vector>

#include "lazuli/base/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::data {

Example ImageDataset::get(int64_t index) const {
  const Example batch = get_batch({&index, 1});
  return {batch.data[0], batch.target[0]};
}

Example ImageDataset::get_batch(std::span<const int64_t> indices) const {
  const auto count = static_cast<int64_t>(indices.size());
  const int64_t width = images_.images.pixels_each();
  std::vector<float> pixels(static_cast<size_t>(count * width));
  std::vector<int64_t> labels(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = indices[static_cast<size_t>(i)];
    LZ_CHECK(index >= 0 && index < size(), IndexError, "ImageDataset: image {} is not one of {}",
             index, size());
    const uint8_t* const from = images_.images.pixels.data() + index * width;
    std::transform(from, from + width, pixels.data() + i * width,
                   [](uint8_t pixel) { return pixel * (1.0f / 255); });
    labels[static_cast<size_t>(i)] = images_.labels[static_cast<size_t>(index)];
  }
  return {from_vector(pixels, {count, width}), from_vector(labels, {count})};
}

}  // namespace lazuli::data
