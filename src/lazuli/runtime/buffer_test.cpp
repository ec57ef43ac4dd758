#include "lazuli/runtime/buffer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "lazuli/runtime/allocator.h"

namespace lazuli::runtime {
namespace {

using State = Buffer::State;

TEST(Buffer, OwnsItsMemory) {
  const int64_t before = memory_statistics().in_use;
  {
    Ref<Buffer> buffer = Buffer::allocated(1000);
    EXPECT_EQ(buffer->state(), State::ready);
    EXPECT_EQ(buffer->bytes(), 1000);
    EXPECT_GE(memory_statistics().in_use, before + 1000);
    buffer->wait();
  }
  EXPECT_EQ(memory_statistics().in_use, before);
}

TEST(Buffer, TellsTheOwnerOfBorrowedMemory) {
  char memory[16];
  int released = 0;
  {
    Ref<Buffer> buffer = Buffer::borrowed(memory, 16, [&] { ++released; });
    EXPECT_EQ(buffer->data(), memory);
    EXPECT_FALSE(buffer->is_donatable());
    const Ref<Buffer> second = buffer;
    buffer = nullptr;
    EXPECT_EQ(released, 0);
  }
  EXPECT_EQ(released, 1);
}

TEST(Buffer, IsDonatableWhenNothingElseSeesIt) {
  Ref<Buffer> buffer = Buffer::allocated(64);
  EXPECT_TRUE(buffer->is_donatable());
  {
    const Ref<Buffer> second = buffer;
    EXPECT_FALSE(buffer->is_donatable());
  }
  Ref<Buffer> result = Buffer::pending(64);
  char* memory = buffer->data();
  result->take_memory_of(*buffer);
  EXPECT_EQ(result->data(), memory);
  EXPECT_EQ(buffer->data(), nullptr);
  EXPECT_FALSE(buffer->is_donatable());
  result->set_ready();
  EXPECT_TRUE(result->is_donatable());
  result->expose();
  EXPECT_FALSE(result->is_donatable());
}

TEST(Buffer, AReadWaitsForItsValue) {
  for (const int delay : {0, 1, 100, 2000}) {
    Ref<Buffer> buffer = Buffer::pending(8);
    std::thread worker([buffer, delay] {
      std::this_thread::sleep_for(std::chrono::microseconds(delay));
      buffer->give_memory();
      *reinterpret_cast<int64_t*>(buffer->data()) = 42;
      buffer->set_ready();
    });
    buffer->wait();
    EXPECT_EQ(*reinterpret_cast<int64_t*>(buffer->data()), 42);
    worker.join();
  }
}

TEST(Buffer, WakesEveryReader) {
  for (int round = 0; round < 200; ++round) {
    Ref<Buffer> buffer = Buffer::pending(8);
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) readers.emplace_back([buffer] { buffer->wait(); });
    if (round % 2) std::this_thread::sleep_for(std::chrono::microseconds(round));
    buffer->give_memory();
    buffer->set_ready();
    for (std::thread& reader : readers) reader.join();
  }
}

TEST(Buffer, CarriesAFault) {
  Ref<Buffer> buffer = Buffer::pending(8);
  EXPECT_EQ(buffer->fault(), nullptr);
  std::thread worker([buffer] { buffer->fail(std::make_shared<Fault>("index 7 of 3")); });
  buffer->wait();
  EXPECT_EQ(buffer->state(), State::failed);
  EXPECT_EQ(buffer->fault()->message(), "index 7 of 3");
  worker.join();
}

}  // namespace
}  // namespace lazuli::runtime
