// Bytes on the device that become ready at some moment: the result of a run, or memory that the
// program brought. Knows nothing of shapes, plans or tapes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "lazuli/base/ref.h"

namespace lazuli::runtime {

// A device error and what it spoils. Shared by every buffer that it reached; the layers above
// derive from it to put variables back.
class Fault {
 public:
  explicit Fault(std::string message) : message_(std::move(message)) {}
  virtual ~Fault() = default;
  const std::string& message() const { return message_; }

 private:
  std::string message_;
};

class Buffer : public RefCounted<Buffer> {
 public:
  enum class State : uint32_t { pending, ready, failed };

  // Pending, without memory; the queue gives it memory and makes it ready.
  static Ref<Buffer> pending(int64_t bytes);
  // Ready, with memory of its own, contents undefined.
  static Ref<Buffer> allocated(int64_t bytes);
  // Ready, over memory of the caller; `on_release` runs when the last reference goes.
  static Ref<Buffer> borrowed(void* memory, int64_t bytes, std::function<void()> on_release);
  ~Buffer();

  int64_t bytes() const { return bytes_; }
  State state() const { return state_.load(std::memory_order_acquire); }
  // Valid once memory has been given; contents are the result's once the state is ready.
  char* data() const { return data_; }
  // Memory that the program can see from outside: never written by donation.
  bool is_exposed() const { return exposed_.load(std::memory_order_relaxed); }
  void expose() { exposed_.store(true, std::memory_order_relaxed); }
  // Ours, unexposed, and referenced only by the caller: another result may take the memory.
  bool is_donatable() const;

  // For the queue, in this order: memory (own, or another buffer's), then one of ready and fail.
  // The caller holds a reference until the call returns. give_memory throws OutOfMemoryError when
  // there is none to be had.
  void give_memory();
  void take_memory_of(Buffer& donor);  // the donor is left without memory
  void set_ready();
  void fail(std::shared_ptr<Fault> fault);

  // Blocks until the state is not pending; spins a few microseconds, then parks.
  void wait() const;
  // Null unless failed.
  std::shared_ptr<Fault> fault() const;

 private:
  friend class RefCounted<Buffer>;
  struct Extra;  // what few buffers have: a fault, an owner outside
  Buffer() = default;
  static Buffer* make();
  static void destroy(Buffer* buffer) noexcept;
  Extra& extra();
  void finish(State state);

  mutable std::atomic<uint32_t> waiters_{0};
  std::atomic<State> state_{State::pending};
  char* data_ = nullptr;
  int64_t bytes_ = 0;
  int64_t capacity_ = 0;    // bytes to give back to the allocator
  Extra* extra_ = nullptr;  // written before state_ leaves pending
  bool is_ours_ = false;    // data_ is the allocator's
  std::atomic<bool> exposed_{false};
};

}  // namespace lazuli::runtime
