#include "lazuli/data/data_loader.h"

#include <algorithm>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/data/order.h"
#include "lazuli/functions/creation.h"

namespace lazuli::data {

DataLoader::DataLoader(const LabelledImages& set, DataLoaderOptions options)
    : set_(set), options_(options) {
  LZ_CHECK(options.batch_size >= 1, ValueError,
           "DataLoader: need a batch size of at least 1; got {}", options.batch_size);
}

int64_t DataLoader::size() const {
  const int64_t rounding = options_.drop_last ? 0 : options_.batch_size - 1;
  return (set_.count() + rounding) / options_.batch_size;
}

DataLoader::Epoch DataLoader::epoch(uint64_t number) const {
  Epoch epoch;
  epoch.set_ = &set_;
  epoch.batch_size_ = options_.batch_size;
  epoch.count_ = size();
  if (options_.shuffle_seed) {
    epoch.order_ = shuffled_order(set_.count(), *options_.shuffle_seed, number);
  }
  return epoch;
}

Batch DataLoader::Epoch::operator[](int64_t number) const {
  LZ_CHECK(number >= 0 && number < count_, IndexError,
           "DataLoader: batch {} is not one of the {} of an epoch", number, count_);
  const int64_t first = number * batch_size_;
  const int64_t count = std::min(batch_size_, set_->count() - first);
  const int64_t width = set_->images.pixels_each();
  std::vector<float> pixels(static_cast<size_t>(count * width));
  std::vector<int64_t> labels(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t from = order_.empty() ? first + i : order_[first + i];
    std::transform(&set_->images.pixels[from * width], &set_->images.pixels[from * width] + width,
                   &pixels[i * width], [](uint8_t pixel) { return pixel * (1.0f / 255); });
    labels[i] = set_->labels[from];
  }
  return {from_vector(std::move(pixels), {count, width}), from_vector(std::move(labels), {count})};
}

}  // namespace lazuli::data
