// Labelled images as examples.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "lazuli/data/dataset.h"
#include "lazuli/data/images.h"

namespace lazuli::data {

// data f32 [rows * columns], from 0 to 1; target i64 [], the label.
class ImageDataset : public Dataset {
 public:
  explicit ImageDataset(LabelledImages images) : images_(std::move(images)) {}

  int64_t size() const override { return images_.count(); }
  Example get(int64_t index) const override;
  Example get_batch(std::span<const int64_t> indices) const override;

 private:
  LabelledImages images_;
};

}  // namespace lazuli::data
