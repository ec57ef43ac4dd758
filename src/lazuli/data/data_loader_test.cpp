#include "lazuli/data/data_loader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/data/order.h"
#include "lazuli/data/tensor_dataset.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::data {
namespace {

using Numbers = std::vector<int64_t>;

// What sets tell of how they are used.
struct Log {
  std::atomic<int64_t> begun{0};
  std::atomic<int64_t> running{0};
};

// Example i is i; number `bad` throws.
class Counting : public Dataset {
 public:
  Counting(int64_t size, Log& log, int64_t bad = -1) : size_(size), log_(log), bad_(bad) {}
  int64_t size() const override { return size_; }
  Example get(int64_t index) const override {
    ++log_.begun;
    ++log_.running;
    std::this_thread::sleep_for(std::chrono::microseconds((index * 7919) % 300));
    --log_.running;
    if (index == bad_) throw std::runtime_error("example " + std::to_string(index) + " is bad");
    return {scalar_tensor(index) * 1, {}};
  }

 private:
  int64_t size_;
  Log& log_;
  int64_t bad_;
};

Numbers numbers_of(DataLoader::Epoch epoch) {
  Numbers all;
  for (const Example& batch : epoch) {
    const Numbers part = batch.data.to_vector<int64_t>();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

TEST(DataLoader, GivesTheSameOrderForAnyNumberOfWorkers) {
  Log log;
  for (const int64_t workers : {0, 1, 2, 5}) {
    const DataLoader loader(Counting(50, log),
                            {.batch_size = 4, .shuffle_seed = 3, .workers = workers});
    EXPECT_EQ(loader.size(), 13);
    EXPECT_EQ(numbers_of(loader.epoch(0)), shuffled_order(50, 3, 0));
    EXPECT_EQ(numbers_of(loader.epoch(1)), shuffled_order(50, 3, 1));
  }
}

TEST(DataLoader, MakesAFewBatchesAhead) {
  Log log;
  const DataLoader loader(Counting(100, log), {.batch_size = 1, .workers = 2, .prefetch = 3});
  auto epoch = loader.epoch();
  auto batch = epoch.begin();
  for (int64_t taken = 1; taken <= 10; ++taken, ++batch) {
    EXPECT_EQ((*batch).data.to_vector<int64_t>(), (Numbers{taken - 1}));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_LE(log.begun, taken + 6);
  }
  EXPECT_GT(log.begun, 10);  // while nobody asked
}

TEST(DataLoader, StopsInTheMiddle) {
  Log log;
  for (int round = 0; round < 20; ++round) {
    const DataLoader loader(Counting(1000, log), {.batch_size = 2, .workers = 3});
    int left = round;
    for (const Example& batch : loader.epoch()) {
      ASSERT_EQ(batch.data.numel(), 2);
      if (left-- == 0) break;
    }
    EXPECT_EQ(log.running, 0);  // no thread is left
  }
  const int64_t begun = log.begun;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_EQ(log.begun, begun);
}

TEST(DataLoader, ThrowsWhatAWorkerThrewWhereItsBatchIsAskedFor) {
  Log log;
  for (const int64_t workers : {0, 1, 3}) {
    const DataLoader loader(Counting(12, log, 7), {.batch_size = 2, .workers = workers});
    Numbers seen;
    try {
      for (const Example& batch : loader.epoch()) {
        for (const int64_t number : batch.data.to_vector<int64_t>()) seen.push_back(number);
      }
      ADD_FAILURE() << "nothing thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "example 7 is bad");
    }
    EXPECT_EQ(seen, (Numbers{0, 1, 2, 3, 4, 5}));
  }
}

TEST(DataLoader, TellsMistakesAtTheConsumersLine) {
  const Collate refuse = [](const std::vector<Example>&) -> Example {
    throw ValueError("collate: need other examples");
  };
  for (const int64_t workers : {0, 2}) {
    const DataLoader loader(TensorDataset(ones({4})), {.workers = workers, .collate = refuse});
    const auto line = std::to_string(__LINE__ + 2);
    try {
      for (const Example& batch : loader.epoch()) (void)batch;
      ADD_FAILURE() << "nothing thrown";
    } catch (const ValueError& error) {
      const std::string text = error.what();
      EXPECT_TRUE(text.starts_with("collate: need other examples (at ")) << text;
      EXPECT_TRUE(text.ends_with("data_loader_test.cpp:" + line + ")")) << text;
    }
  }
}

TEST(DataLoader, CollatesAsItIsTold) {
  const Collate sum = [](const std::vector<Example>& examples) -> Example {
    Tensor total = examples[0].data;
    for (size_t i = 1; i < examples.size(); ++i) total = total + examples[i].data;
    return {total, {}};
  };
  for (const int64_t workers : {0, 2}) {
    const DataLoader loader(TensorDataset(arange(6)),
                            {.batch_size = 3, .workers = workers, .collate = sum});
    auto epoch = loader.epoch();
    EXPECT_EQ(epoch[1].data.item<int64_t>(), 12);
    std::vector<int64_t> sums;
    for (const Example& batch : epoch) sums.push_back(batch.data.item<int64_t>());
    EXPECT_EQ(sums, (Numbers{3, 12}));
  }
}

TEST(DataLoader, TakesASampler) {
  const auto sampler = std::make_shared<WeightedRandomSampler>(std::vector<double>{0, 1, 0}, 5, 1);
  const DataLoader loader(TensorDataset(arange(3)),
                          {.batch_size = 2, .sampler = sampler, .drop_last = true});
  EXPECT_EQ(loader.size(), 2);
  EXPECT_EQ(numbers_of(loader.epoch()), (Numbers{1, 1, 1, 1}));
}

TEST(DataLoader, MayBeTrainedFromWhileWorkersRead) {
  const Tensor rows = randn({64, 8});
  const DataLoader loader(TensorDataset(rows, arange(64)),
                          {.batch_size = 4, .shuffle_seed = 1, .workers = 3});
  Tensor total = zeros({8});
  for (uint64_t epoch = 0; epoch < 5; ++epoch) {
    for (const auto& [data, target] : loader.epoch(epoch)) {
      EXPECT_EQ(data[0].to_vector<float>(), rows[target[0].item<int64_t>()].to_vector<float>());
      total = total + data.sum(0);
      eval();
    }
  }
  const std::vector<float> got = total.to_vector<float>();
  const std::vector<float> expected = (rows.sum(0) * 5).to_vector<float>();
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-3);
}

TEST(DataLoader, RefusesBadArguments) {
  const auto set = std::make_shared<TensorDataset>(ones({4}));
  EXPECT_THROW(DataLoader(set, {.batch_size = 0}), ValueError);
  EXPECT_THROW(DataLoader(set, {.workers = -1}), ValueError);
  EXPECT_THROW(DataLoader(set, {.prefetch = 0}), ValueError);
  EXPECT_THROW(DataLoader(std::shared_ptr<const Dataset>(), {}), ValueError);
  EXPECT_THROW(
      DataLoader(set, {.shuffle_seed = 1, .sampler = std::make_shared<SequentialSampler>(4)}),
      ValueError);
  const DataLoader loader(set, {.batch_size = 2});
  EXPECT_THROW(loader.epoch()[2], IndexError);
  EXPECT_EQ(numbers_of(DataLoader(TensorDataset(zeros({0}, kInt64)), {.workers = 2}).epoch()),
            Numbers());
}

}  // namespace
}  // namespace lazuli::data
