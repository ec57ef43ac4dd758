#include "lazuli/data/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/data/order.h"
#include "lazuli/data/random.h"

namespace lazuli::data {

SequentialSampler::SequentialSampler(int64_t size) : size_(size) {
  LZ_CHECK(size >= 0, ValueError, "SequentialSampler: need a size of 0 or more; got {}", size);
}
std::vector<int64_t> SequentialSampler::order(uint64_t) const {
  std::vector<int64_t> order(static_cast<size_t>(size_));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

RandomSampler::RandomSampler(int64_t size, uint64_t seed) : size_(size), seed_(seed) {
  LZ_CHECK(size >= 0 && size < int64_t{1} << 32, ValueError,
           "RandomSampler: need a size from 0 to 2^32 - 1; got {}", size);
}
std::vector<int64_t> RandomSampler::order(uint64_t epoch) const {
  return shuffled_order(size_, seed_, epoch);
}

WeightedRandomSampler::WeightedRandomSampler(const std::vector<double>& weights, int64_t count,
                                             uint64_t seed)
    : sums_(weights.size()), count_(count), seed_(seed) {
  std::partial_sum(weights.begin(), weights.end(), sums_.begin());
  const bool are_good =
      std::all_of(weights.begin(), weights.end(), [](double weight) { return weight >= 0; });
  LZ_CHECK(are_good && !sums_.empty() && sums_.back() > 0 && std::isfinite(sums_.back()),
           ValueError,
           "WeightedRandomSampler: need weights of 0 or more with a finite sum above 0");
  LZ_CHECK(count >= 0, ValueError, "WeightedRandomSampler: need a count of 0 or more; got {}",
           count);
}
std::vector<int64_t> WeightedRandomSampler::order(uint64_t epoch) const {
  Draws draws(seed_, epoch);
  std::vector<int64_t> order(static_cast<size_t>(count_));
  for (int64_t& number : order) {
    const double drawn = static_cast<double>(draws.next() >> 11) * 0x1p-53 * sums_.back();
    number = std::upper_bound(sums_.begin(), sums_.end(), drawn) - sums_.begin();
  }
  return order;
}

BatchSampler::BatchSampler(std::shared_ptr<const Sampler> sampler, int64_t batch_size,
                           bool drop_last)
    : sampler_(std::move(sampler)), batch_size_(batch_size), drop_last_(drop_last) {
  LZ_CHECK(sampler_ != nullptr, ValueError, "BatchSampler: need a sampler; got none");
  LZ_CHECK(batch_size >= 1, ValueError, "BatchSampler: need a batch size of at least 1; got {}",
           batch_size);
}
int64_t BatchSampler::size() const {
  return sampler_->size() / batch_size_ + (!drop_last_ && sampler_->size() % batch_size_ != 0);
}
std::vector<std::vector<int64_t>> BatchSampler::batches(uint64_t epoch) const {
  const std::vector<int64_t> order = sampler_->order(epoch);
  std::vector<std::vector<int64_t>> batches;
  for (int64_t i = 0; i < size(); ++i) {
    const auto first = order.begin() + i * batch_size_;
    batches.emplace_back(first, first + std::min<int64_t>(batch_size_, order.end() - first));
  }
  return batches;
}

}  // namespace lazuli::data
