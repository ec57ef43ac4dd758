// Threads may record at once, hand tensors on while they are pending, and end before their results
// are used. A watchdog ends the program when one of them waits for ever.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

#include "lazuli/api/lazuli.h"

namespace lazuli {
namespace {

using metrics::Counter;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRounds = 200;
#else
constexpr int kRounds = 1000;
#endif
constexpr auto kPatience = std::chrono::seconds(120);

// Dies last: the runtime outlives it.
Tensor& last_to_die() {
  static Tensor tensor;
  return tensor;
}

class Watchdog {
 public:
  Watchdog() : thread_([this] { watch(); }) {}
  ~Watchdog() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      done_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void watch() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changed_.wait_for(lock, kPatience, [this] { return done_; })) return;
    std::fprintf(stderr, "threads wait for each other\n");
    std::abort();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

// Runs the bodies at once, each on a thread of its own; an exception fails the test.
void run_together(const std::vector<std::function<void()>>& bodies) {
  const Watchdog watchdog;
  std::atomic<int> waiting{static_cast<int>(bodies.size())};
  std::vector<std::string> errors(bodies.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] {
      waiting.fetch_sub(1);
      while (waiting.load() > 0) std::this_thread::yield();
      try {
        bodies[i]();
      } catch (const std::exception& error) {
        errors[i] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) EXPECT_EQ(error, "");
}

// One tensor handed from thread to thread.
class Mailbox {
 public:
  void put(Tensor tensor) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      tensors_.push_back(std::move(tensor));
    }
    changed_.notify_one();
  }
  Tensor take() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !tensors_.empty(); });
    Tensor tensor = std::move(tensors_.front());
    tensors_.erase(tensors_.begin());
    return tensor;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Tensor> tensors_;
};

std::vector<float> ramp(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 13) / 4 - 1;
  return values;
}

std::vector<float> train(int rounds) {
  const Tensor input = from_vector(ramp(5 * 37), {5, 37});
  Tensor weight = from_vector(ramp(37), {37});
  for (int i = 0; i < rounds; ++i) {
    const Tensor out = (input * weight).softmax(1) - 0.25;
    weight = weight - out.sum({0}) * 0.5;
    weight.mul_(0.75);
    eval();
  }
  return weight.to_vector<float>();
}

// Each instruction set has kernels of its own: one thread compiles them for one, three threads for
// the other.
// Libraries free at exit what they made; a worker may be using it.
TEST(ThreadsDeathTest, EndWithTheirProductsInFlight) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    Tensor x = randn({256, 512});
    const Tensor weight = randn({512, 512});
    x.mm(weight.t()).sum().item<float>();
    for (int i = 0; i < 50; ++i) x = x.mm(weight.t()).tanh();
    eval();
    std::exit(0);
  };
  for (int i = 0; i < 3; ++i) EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

TEST(Threads, ThatRecordTheSameStepCompileItOnce) {
  const env::Processor before = env::cpu();
  const auto compiled = [] { return metrics::value(Counter::kernels_compiled); };
  env::set_cpu(env::Processor::portable);
  uint64_t start = compiled();
  const std::vector<float> expected = train(30);
  const uint64_t alone = compiled() - start;

  env::set_cpu(env::Processor::best);
  std::vector<std::vector<float>> results(3);
  std::vector<std::function<void()>> bodies;
  // A thread may begin with what another left pending.
  std::barrier ready(3, [&]() noexcept { start = compiled(); });
  for (std::vector<float>& result : results) {
    bodies.push_back([&] {
      eval();
      ready.arrive_and_wait();
      result = train(30);
    });
  }
  run_together(bodies);
  EXPECT_EQ(compiled() - start, alone);
  for (const std::vector<float>& result : results) EXPECT_EQ(result, expected);
  env::set_cpu(before);
}

TEST(Threads, MakePlansOfTheSameStepOnce) {
  const auto body = [] {
    Tensor x = from_vector(ramp(21), {3, 7});
    for (int k = 0; k < 6; ++k) {
      x = (x * 0.5 + x.amax({1}, true)).tanh();
      eval();
    }
    x.to_vector<float>();
  };
  const uint64_t before = metrics::value(Counter::plans_made);
  run_together({body, body, body});
  const uint64_t together = metrics::value(Counter::plans_made) - before;
  body();
  EXPECT_EQ(metrics::value(Counter::plans_made) - before, together);
}

TEST(Threads, HandTensorsOnWhileTheyArePending) {
  Mailbox there;
  Mailbox back;
  run_together({[&] {
                  for (int i = 0; i < kRounds; ++i) {
                    there.put(full({4}, i) + 1);
                    const Tensor answer = back.take() * 2;
                    ASSERT_EQ(answer.to_vector<float>(),
                              std::vector<float>(4, static_cast<float>(2 * (i + 4))));
                  }
                },
                [&] {
                  for (int i = 0; i < kRounds; ++i) {
                    const Tensor taken = there.take();
                    const Tensor own = ones({4}) + 1;
                    back.put(taken + own + 1);
                  }
                }});
}

TEST(Threads, RecordABackwardOfAnothersForward) {
  Mailbox losses;
  Mailbox done;
  const Tensor weight = from_vector(ramp(12), {3, 4}).requires_grad_();
  const std::vector<float> start = weight.to_vector<float>();
  run_together({[&] {
                  for (int i = 0; i < kRounds / 4; ++i) {
                    weight.set_grad({});
                    losses.put((weight * weight * 0.5).sum());
                    done.take();
                    ASSERT_EQ(weight.grad().to_vector<float>(), start);
                  }
                },
                [&] {
                  for (int i = 0; i < kRounds / 4; ++i) {
                    losses.take().backward();
                    done.put(Tensor());
                  }
                }});
}

TEST(Threads, MayUseEachOthersTensors) {
  // Each thread publishes its latest result and works with everybody's: tapes need each other's
  // values all the time.
  constexpr size_t kThreads = 4;
  std::mutex mutex;
  std::vector<Tensor> latest;
  for (size_t i = 0; i < kThreads; ++i) latest.push_back(full({8}, 1.0));
  std::vector<std::function<void()>> bodies;
  for (size_t me = 0; me < kThreads; ++me) {
    bodies.push_back([&, me] {
      for (int i = 0; i < kRounds; ++i) {
        std::vector<Tensor> all;
        {
          std::lock_guard<std::mutex> lock(mutex);
          all = latest;
        }
        Tensor mixed = all[me] * 0.25;
        for (size_t k = 1; k < kThreads; ++k) mixed = mixed + all[(me + k) % kThreads] * 0.25;
        if (i % 7 == static_cast<int>(me)) mixed.to_vector<float>();
        if (i % 5 == 0) eval();
        std::lock_guard<std::mutex> lock(mutex);
        latest[me] = mixed;
      }
    });
  }
  run_together(bodies);
  // Means of ones.
  for (const Tensor& each : latest) EXPECT_EQ(each.to_vector<float>(), std::vector<float>(8, 1));
}

TEST(Threads, MayReadOnePendingTensorAtOnce) {
  for (int i = 0; i < kRounds / 4; ++i) {
    const Tensor shared = (full({16}, i) * 2).tanh().sum();
    std::vector<float> seen(3);
    std::vector<std::function<void()>> bodies;
    for (float& each : seen) bodies.push_back([&] { each = shared.item<float>(); });
    run_together(bodies);
    ASSERT_EQ(seen[0], seen[1]);
    ASSERT_EQ(seen[0], seen[2]);
  }
}

TEST(Threads, ThatEndLeaveTheirPendingTensorsUsable) {
  std::vector<Tensor> left;
  std::mutex mutex;
  for (int i = 0; i < 12; ++i) {
    std::thread([&] {
      const Tensor made = full({3}, i) + 0.5;
      made.narrow(0, 1, 1).mul_(2);
      std::lock_guard<std::mutex> lock(mutex);
      left.push_back(made);
    }).join();
  }
  Tensor sum = zeros({3});
  for (const Tensor& each : left) sum = sum + each;
  EXPECT_EQ(sum.to_vector<float>(), (std::vector<float>{72, 144, 72}));
  for (size_t i = 0; i < left.size(); ++i) {
    const auto value = static_cast<float>(i) + 0.5f;
    EXPECT_EQ(left[i].to_vector<float>(), (std::vector<float>{value, 2 * value, value}));
  }
}

TEST(Threads, ThatEndHandTheirTapesOn) {
  const Tensor first = ones({2}) * 3;
  for (int i = 0; i < kRounds; ++i) {
    std::thread([&] {
      const Tensor x = ones({2}) + i;
      ASSERT_EQ(x.to_vector<float>(), std::vector<float>(2, static_cast<float>(i + 1)));
    }).join();
  }
  EXPECT_EQ(first.to_vector<float>(), std::vector<float>(2, 3));
}

TEST(Threads, SeeOnlyTheirOwnFailures) {
  const auto fails = [] {
    const Tensor table = from_vector(ramp(6), {2, 3});
    for (int i = 0; i < kRounds / 4; ++i) {
      const Tensor weight = from_vector(ramp(3), {1, 3});
      weight.add_(table.gather(0, full({1, 3}, 2, kInt64)));
      EXPECT_THROW(weight.to_vector<float>(), DeviceError);
      EXPECT_EQ(weight.to_vector<float>(), ramp(3));
    }
  };
  const auto works = [] {
    Tensor x = from_vector(ramp(4), {4});
    for (int i = 0; i < kRounds; ++i) {
      x = x * 0.5 + 1;
      if (i % 9 == 0) x.to_vector<float>();
    }
    EXPECT_EQ(x.to_vector<float>(), std::vector<float>(4, 2));
  };
  run_together({fails, works, fails});
}

TEST(Threads, DropTensorsOfOthersAtAnyMoment) {
  Mailbox mailbox;
  run_together({[&] {
                  for (int i = 0; i < kRounds; ++i) {
                    const Tensor base = ones({5}) * i;
                    mailbox.put(base.narrow(0, 1, 2));
                    mailbox.put(base.exp());
                    if (i % 3 == 0) eval();
                  }
                },
                [&] {
                  for (int i = 0; i < 2 * kRounds; ++i) mailbox.take();
                }});
}

TEST(Threads, LeaveAStaticTensorToTheEnd) {
  last_to_die();
  std::thread([] { last_to_die() = (ones({4}) + 1).tanh(); }).join();
  EXPECT_EQ(last_to_die().sizes(), Shape({4}));
  last_to_die() = last_to_die() * 2;  // pending when the program ends
}

}  // namespace
}  // namespace lazuli
