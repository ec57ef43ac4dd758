// The orders in which epochs take their examples: functions of the epoch's number, so that they are
// the same for any number of threads, on every machine, and when a training goes on from a
// checkpoint.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace lazuli::data {

class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual int64_t size() const = 0;  // numbers an epoch
  virtual std::vector<int64_t> order(uint64_t epoch) const = 0;
};

// 0, 1, ..., size - 1
class SequentialSampler : public Sampler {
 public:
  explicit SequentialSampler(int64_t size);  // throws ValueError below 0
  int64_t size() const override { return size_; }
  std::vector<int64_t> order(uint64_t epoch) const override;

 private:
  int64_t size_;
};

// The same shuffled, anew for each epoch.
class RandomSampler : public Sampler {
 public:
  // Throws ValueError for a size below 0 or of 2^32 and more.
  RandomSampler(int64_t size, uint64_t seed);
  int64_t size() const override { return size_; }
  std::vector<int64_t> order(uint64_t epoch) const override;

 private:
  int64_t size_;
  uint64_t seed_;
};

// `count` numbers drawn with replacement, number i as often as weights[i] says.
class WeightedRandomSampler : public Sampler {
 public:
  // Throws ValueError for weights that are below 0, not finite, or all 0, and for a count below 0.
  WeightedRandomSampler(const std::vector<double>& weights, int64_t count, uint64_t seed);
  int64_t size() const override { return count_; }
  std::vector<int64_t> order(uint64_t epoch) const override;

 private:
  std::vector<double> sums_;  // of the weights up to each
  int64_t count_;
  uint64_t seed_;
};

// A sampler's numbers in batches.
class BatchSampler {
 public:
  // With `drop_last` a last batch that is smaller is left out. Throws ValueError for a batch_size
  // below 1.
  BatchSampler(std::shared_ptr<const Sampler> sampler, int64_t batch_size, bool drop_last);
  int64_t size() const;  // batches an epoch
  std::vector<std::vector<int64_t>> batches(uint64_t epoch) const;

 private:
  std::shared_ptr<const Sampler> sampler_;
  int64_t batch_size_;
  bool drop_last_;
};

}  // namespace lazuli::data
