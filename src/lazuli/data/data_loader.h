// Batches of a data set, epoch by epoch:
//   data::DataLoader loader(data::TensorDataset(images, labels), {.batch_size = 128, .shuffle_seed
//   = 1}); for (const auto& [data, target] : loader.epoch(0)) loss = cross_entropy(model(data),
//   target);
// Threads of its own may make batches ahead of the one that is asked for. Which batches there are
// and in which order they come depends on the options and the epoch's number alone.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lazuli/data/dataset.h"
#include "lazuli/data/sampler.h"

namespace lazuli::data {

struct DataLoaderOptions {
  int64_t batch_size = 128;
  std::optional<uint64_t> shuffle_seed = std::nullopt;  // without one: the set's own order
  std::shared_ptr<const Sampler> sampler = nullptr;     // takes the place of shuffle_seed
  bool drop_last = false;                               // leave out a last batch that is smaller
  int64_t workers = 0;        // threads that make batches; 0: the one that asks for them
  int64_t prefetch = 2;       // batches a worker that are made ahead, at most
  Collate collate = nullptr;  // makes a batch of examples; without one: the set's own way
};

class DataLoader {
 public:
  class Epoch;

  // Throws ValueError for a batch_size or prefetch below 1, workers below 0, both a sampler and a
  // shuffle_seed.
  DataLoader(std::shared_ptr<const Dataset> set, DataLoaderOptions options);
  template <std::derived_from<Dataset> Set>
  DataLoader(Set set, DataLoaderOptions options)
      : DataLoader(std::make_shared<const Set>(std::move(set)), std::move(options)) {}

  // Batches an epoch.
  int64_t size() const { return batches_->size(); }
  // The batches of one epoch, to iterate over once; the same number gives the same. Mistakes of the
  // set are told at this line, unless they name one.
  Epoch epoch(uint64_t number = 0, LZ_AT) const;

 private:
  std::shared_ptr<const Dataset> set_;
  DataLoaderOptions options_;
  std::shared_ptr<const BatchSampler> batches_;
};

// Ends its threads when it goes away, wherever the iteration is.
class DataLoader::Epoch {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Example;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    // Waits for the batch. What a thread threw while making it is thrown here.
    const Example& operator*() const;
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    friend Epoch;
    Iterator(Epoch* epoch, int64_t at) : epoch_(epoch), at_(at) {}
    Epoch* epoch_ = nullptr;
    int64_t at_ = 0;
    mutable std::optional<Example> batch_;
  };

  ~Epoch();
  Epoch(Epoch&&) noexcept;

  int64_t size() const;
  // Batch `number`, made by this thread whatever the iteration does. Throws IndexError for one that
  // is not there.
  Example operator[](int64_t number) const;
  Iterator begin() { return {this, 0}; }
  Iterator end() { return {this, size()}; }

 private:
  friend DataLoader;
  class State;
  explicit Epoch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lazuli::data
