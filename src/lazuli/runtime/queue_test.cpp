#include "lazuli/runtime/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace lazuli::runtime {
namespace {

class Call : public Job {
 public:
  explicit Call(std::function<void()> body) : body_(std::move(body)) {}
  void run() noexcept override { body_(); }

 private:
  std::function<void()> body_;
};

std::unique_ptr<Job> call(std::function<void()> body) {
  return std::make_unique<Call>(std::move(body));
}

bool run_here(Queue& queue, Job& job) {
  Queue::Turn turn = queue.try_take_turn();
  if (turn) turn.run(job);
  return static_cast<bool>(turn);
}

void sleep(int microseconds) {
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

TEST(Queue, RunsJobsInOrder) {
  Queue queue(2);
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) {
    queue.enqueue(call([&order, i] { order.push_back(i); }));
    if (i % 100 == 0) sleep(100);
  }
  queue.drain();
  ASSERT_EQ(order.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  EXPECT_TRUE(queue.is_idle());
}

TEST(Queue, HoldsAtMostItsDepth) {
  Queue queue(2);
  std::atomic<bool> go{false};
  std::atomic<int> entered{0};
  std::thread producer([&] {
    for (int i = 0; i < 3; ++i) {
      queue.enqueue(call([&] {
        while (!go) sleep(10);
      }));
      ++entered;
    }
  });
  while (entered < 2) sleep(10);
  sleep(2000);
  EXPECT_EQ(entered, 2);
  EXPECT_FALSE(queue.is_idle());
  go = true;
  producer.join();
  queue.drain();
  EXPECT_EQ(entered, 3);
}

TEST(Queue, RunsHereOnlyWhenIdle) {
  Queue queue(2);
  std::thread::id where;
  Call here([&] {
    where = std::this_thread::get_id();
    EXPECT_TRUE(queue.is_current());
    EXPECT_FALSE(queue.is_idle());
  });
  EXPECT_TRUE(run_here(queue, here));
  EXPECT_EQ(where, std::this_thread::get_id());
  EXPECT_FALSE(queue.is_current());

  std::atomic<bool> go{false};
  queue.enqueue(call([&] {
    EXPECT_TRUE(queue.is_current());
    while (!go) sleep(10);
  }));
  EXPECT_FALSE(run_here(queue, here));
  go = true;
  queue.drain();
  EXPECT_TRUE(run_here(queue, here));
}

TEST(Queue, QueuedJobsWaitForTheOneThatRunsHere) {
  Queue queue(2);
  int value = 0;
  std::thread producer;
  Call here([&] {
    producer = std::thread([&] { queue.enqueue(call([&] { value *= 10; })); });
    sleep(3000);
    value = 4;
  });
  EXPECT_TRUE(run_here(queue, here));
  producer.join();
  queue.drain();
  EXPECT_EQ(value, 40);
}

TEST(Queue, ATurnHoldsQueuedJobsBackUntilItGoes) {
  Queue queue(2);
  int value = 0;
  {
    Queue::Turn turn = queue.try_take_turn();
    ASSERT_TRUE(turn);
    EXPECT_FALSE(queue.try_take_turn());
    queue.enqueue(call([&] { value *= 10; }));
    sleep(3000);
    Call here([&] { value = 4; });
    turn.run(here);
    const Queue::Turn moved = std::move(turn);
    EXPECT_FALSE(turn);
    EXPECT_TRUE(moved);
    EXPECT_EQ(value, 4);
  }
  queue.drain();
  EXPECT_EQ(value, 40);
}

TEST(Queue, ManyThreadsShareOneQueue) {
  Queue queue(2);
  int runs = 0;  // written by whoever has the turn
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 500; ++n) {
        Call here([&] { ++runs; });
        if (i % 2 == 0 || !run_here(queue, here)) queue.enqueue(call([&] { ++runs; }));
        if (n % 50 == 0) queue.drain();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  queue.drain();
  EXPECT_EQ(runs, 2000);
}

TEST(Queue, EndsWithItsJobs) {
  std::atomic<int> runs{0};
  {
    Queue queue(4);
    for (int i = 0; i < 4; ++i) {
      queue.enqueue(call([&] {
        sleep(100);
        ++runs;
      }));
    }
  }
  EXPECT_EQ(runs, 4);
}

}  // namespace
}  // namespace lazuli::runtime
