#include "lazuli/data/image_dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/data/data_loader.h"
#include "lazuli/data/order.h"

namespace lazuli::data {
namespace {

// `count` images of 2 x 3; every pixel of image i is i, its label is i, too.
LabelledImages numbered(int64_t count) {
  LabelledImages set;
  set.images = {count, 2, 3, {}};
  for (int64_t i = 0; i < count; ++i) {
    set.images.pixels.insert(set.images.pixels.end(), 6, static_cast<uint8_t>(i));
    set.labels.push_back(static_cast<uint8_t>(i));
  }
  return set;
}

std::vector<int64_t> labels_of(DataLoader::Epoch epoch) {
  std::vector<int64_t> labels;
  for (const Example& batch : epoch) {
    const std::vector<int64_t> part = batch.target.to_vector<int64_t>();
    labels.insert(labels.end(), part.begin(), part.end());
  }
  return labels;
}

TEST(ImageDataset, GivesTheSetInOrder) {
  const LabelledImages set = numbered(5);
  const DataLoader loader(ImageDataset(set), {.batch_size = 2});
  EXPECT_EQ(loader.size(), 3);
  auto epoch = loader.epoch();
  EXPECT_EQ(labels_of(loader.epoch()), (std::vector<int64_t>{0, 1, 2, 3, 4}));
  const Example batch = epoch[1];
  EXPECT_EQ(batch.data.sizes(), (Shape{2, 6}));
  EXPECT_EQ(batch.data.dtype(), kFloat32);
  EXPECT_EQ(batch.target.dtype(), kInt64);
  const std::vector<float> pixels = batch.data.to_vector<float>();
  for (int i = 0; i < 12; ++i) EXPECT_FLOAT_EQ(pixels[i], (i < 6 ? 2 : 3) / 255.0f);
  EXPECT_EQ(epoch[2].data.sizes(), (Shape{1, 6}));
}

TEST(ImageDataset, DropsASmallerLastBatchWhenAsked) {
  const LabelledImages set = numbered(5);
  const DataLoader loader(ImageDataset(set), {.batch_size = 2, .drop_last = true});
  EXPECT_EQ(loader.size(), 2);
  EXPECT_EQ(labels_of(loader.epoch()), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(DataLoader(ImageDataset(set), {.batch_size = 6, .drop_last = true}).size(), 0);
}

TEST(ImageDataset, ShufflesEachEpochAnew) {
  const LabelledImages set = numbered(40);
  const DataLoader loader(ImageDataset(set), {.batch_size = 8, .shuffle_seed = 3});
  EXPECT_EQ(labels_of(loader.epoch(0)), shuffled_order(40, 3, 0));
  EXPECT_EQ(labels_of(loader.epoch(1)), shuffled_order(40, 3, 1));
  const Example batch = loader.epoch(1)[2];
  const std::vector<int64_t> labels = batch.target.to_vector<int64_t>();
  const std::vector<float> pixels = batch.data.to_vector<float>();
  for (int i = 0; i < 8; ++i) {
    EXPECT_FLOAT_EQ(pixels[i * 6], static_cast<float>(labels[i]) / 255);
  }
}

TEST(ImageDataset, RefusesBadArguments) {
  const LabelledImages set = numbered(5);
  EXPECT_THROW(DataLoader(ImageDataset(set), {.batch_size = 0}), ValueError);
  const DataLoader loader(ImageDataset(set), {.batch_size = 2});
  EXPECT_THROW(loader.epoch()[3], IndexError);
  EXPECT_THROW(loader.epoch()[-1], IndexError);
}

}  // namespace
}  // namespace lazuli::data
