// Batches of a labelled set as tensors, in a fresh order each epoch:
//   data::DataLoader loader(train, {.batch_size = 128, .shuffle_seed = 1});
//   for (data::Batch batch : loader.epoch(0)) loss = cross_entropy(model(batch.images),
//   batch.labels);
// A batch is copied together when it is asked for, on the asking thread, while the device works at
// the batches before: the tensors of the whole set never exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "lazuli/data/images.h"
#include "lazuli/functions/tensor.h"

namespace lazuli::data {

struct Batch {
  Tensor images;  // f32 [n, rows * columns], from 0 to 1
  Tensor labels;  // i64 [n]
};

struct DataLoaderOptions {
  int64_t batch_size = 128;
  std::optional<uint64_t> shuffle_seed = std::nullopt;  // without one: the set's own order
  bool drop_last = false;                               // leave out a last batch that is smaller
};

class DataLoader {
 public:
  class Epoch;

  // `set` outlives the loader. Throws ValueError for a batch size below 1.
  DataLoader(const LabelledImages& set, DataLoaderOptions options);
  DataLoader(LabelledImages&&, DataLoaderOptions) = delete;

  // Batches an epoch.
  int64_t size() const;
  // The batches of one epoch, to iterate over; the same number gives the same order.
  Epoch epoch(uint64_t number = 0) const;

 private:
  const LabelledImages& set_;
  DataLoaderOptions options_;
};

class DataLoader::Epoch {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Batch operator*() const { return (*epoch_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    void operator++(int) { ++at_; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    friend Epoch;
    Iterator(const Epoch* epoch, int64_t at) : epoch_(epoch), at_(at) {}
    const Epoch* epoch_ = nullptr;
    int64_t at_ = 0;
  };

  int64_t size() const { return count_; }
  // Batch `number`, from 0 to size() - 1; throws IndexError for others.
  Batch operator[](int64_t number) const;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, count_}; }

 private:
  friend DataLoader;
  const LabelledImages* set_;
  int64_t batch_size_;
  int64_t count_;
  std::vector<int64_t> order_;
};

}  // namespace lazuli::data
