#include "lazuli/data/data_loader.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "lazuli/functions/check.h"

namespace lazuli::data {

// Workers take the next number while it is less than a window ahead of the last batch handed out;
// results wait in a table until the consumer asks for them in order.
class DataLoader::Epoch::State {
 public:
  State(std::shared_ptr<const Dataset> set, const DataLoaderOptions& options,
        std::vector<std::vector<int64_t>> batches, At at)
      : set_(std::move(set)),
        collate_(options.collate),
        batches_(std::move(batches)),
        window_(options.workers * options.prefetch),
        at_(at) {
    const auto useful = std::min(options.workers, size());
    for (int64_t i = 0; i < useful; ++i) workers_.emplace_back([this] { work(); });
  }

  ~State() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    may_begin_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int64_t size() const { return static_cast<int64_t>(batches_.size()); }

  // The batch, made by this thread.
  Example make(int64_t number) const {
    const NoGradGuard no_grad;
    const std::vector<int64_t>& indices = batches_[static_cast<size_t>(number)];
    if (collate_ == nullptr) return set_->get_batch(indices);
    std::vector<Example> examples;
    for (const int64_t index : indices) examples.push_back(set_->get(index));
    return collate_(examples);
  }

  // The next batch in order, which is `number`.
  Example take(int64_t number) {
    try {
      if (workers_.empty()) return make(number);
      Result result = wait_for(number);
      if (result.error != nullptr) std::rethrow_exception(result.error);
      return std::move(result.batch);
    } catch (const Error&) {
      rethrow_at(at_);
    }
  }

 private:
  struct Result {
    Example batch;
    std::exception_ptr error;
  };

  Result wait_for(int64_t number) {
    std::unique_lock lock(mutex_);
    is_made_.wait(lock, [&] { return made_.count(number) > 0; });
    Result result = std::move(made_.at(number));
    made_.erase(number);
    taken_ = number + 1;
    lock.unlock();
    may_begin_.notify_all();
    return result;
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      may_begin_.wait(lock,
                      [&] { return is_stopped_ || next_ == size() || next_ < taken_ + window_; });
      if (is_stopped_ || next_ == size()) return;
      const int64_t number = next_++;
      lock.unlock();
      Result result;
      try {
        result.batch = make(number);
        eval();  // what the set recorded on this thread
      } catch (...) {
        result = {{}, std::current_exception()};
      }
      lock.lock();
      made_.emplace(number, std::move(result));
      is_made_.notify_all();
    }
  }

  const std::shared_ptr<const Dataset> set_;
  const Collate collate_;
  const std::vector<std::vector<int64_t>> batches_;
  const int64_t window_;
  const At at_;

  std::mutex mutex_;
  std::condition_variable may_begin_;
  std::condition_variable is_made_;
  std::map<int64_t, Result> made_;
  int64_t next_ = 0;   // to be begun
  int64_t taken_ = 0;  // handed out
  bool is_stopped_ = false;
  std::vector<std::thread> workers_;
};

DataLoader::DataLoader(std::shared_ptr<const Dataset> set, DataLoaderOptions options)
    : set_(std::move(set)), options_(std::move(options)) {
  LZ_CHECK(set_ != nullptr, ValueError, "DataLoader: need a data set; got none");
  LZ_CHECK(options_.batch_size >= 1, ValueError,
           "DataLoader: need a batch size of at least 1; got {}", options_.batch_size);
  LZ_CHECK(options_.workers >= 0 && options_.prefetch >= 1, ValueError,
           "DataLoader: need workers of 0 or more and a prefetch of at least 1; got {} and {}",
           options_.workers, options_.prefetch);
  LZ_CHECK(options_.sampler == nullptr || !options_.shuffle_seed, ValueError,
           "DataLoader: need a sampler or a shuffle_seed; got both");
  std::shared_ptr<const Sampler> sampler = options_.sampler;
  if (options_.shuffle_seed) {
    sampler = std::make_shared<RandomSampler>(set_->size(), *options_.shuffle_seed);
  } else if (sampler == nullptr) {
    sampler = std::make_shared<SequentialSampler>(set_->size());
  }
  batches_ = std::make_shared<BatchSampler>(sampler, options_.batch_size, options_.drop_last);
}

DataLoader::Epoch DataLoader::epoch(uint64_t number, At at) const {
  return Epoch(std::make_unique<Epoch::State>(set_, options_, batches_->batches(number), at));
}

DataLoader::Epoch::Epoch(std::unique_ptr<State> state) : state_(std::move(state)) {}
DataLoader::Epoch::~Epoch() = default;
DataLoader::Epoch::Epoch(Epoch&&) noexcept = default;

int64_t DataLoader::Epoch::size() const { return state_->size(); }

Example DataLoader::Epoch::operator[](int64_t number) const {
  LZ_CHECK(number >= 0 && number < size(), IndexError,
           "DataLoader: batch {} is not one of the {} of an epoch", number, size());
  return state_->make(number);
}

const Example& DataLoader::Epoch::Iterator::operator*() const {
  if (!batch_) batch_ = epoch_->state_->take(at_);
  return *batch_;
}

DataLoader::Epoch::Iterator& DataLoader::Epoch::Iterator::operator++() {
  if (!batch_) (void)**this;  // none is passed over: the next is the one after it
  batch_.reset();
  ++at_;
  return *this;
}

}  // namespace lazuli::data
