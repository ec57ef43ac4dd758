#include "lazuli/runtime/buffer.h"

#include <chrono>
#include <new>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/base/metrics.h"
#include "lazuli/runtime/allocator.h"
#include "lazuli/runtime/small_blocks.h"
#include "lazuli/runtime/spin.h"

namespace lazuli::runtime {

struct Buffer::Extra {
  std::shared_ptr<Fault> fault;
  std::function<void()> on_release;
};

namespace {

constexpr int kBufferClass = size_class_of(sizeof(Buffer));
static_assert(sizeof(Buffer) <= 64);
constexpr auto kSpin = std::chrono::microseconds(4);

}  // namespace

Buffer* Buffer::make() {
  char* place = small_blocks::take(kBufferClass, small_blocks::Use::object);
  if (!place) [[unlikely]]
    throw OutOfMemoryError("out of memory: need a buffer's handle");
  return new (place) Buffer;
}

void Buffer::destroy(Buffer* buffer) noexcept {
  buffer->~Buffer();
  small_blocks::give(reinterpret_cast<char*>(buffer), kBufferClass, small_blocks::Use::object);
}

Ref<Buffer> Buffer::pending(int64_t bytes) {
  Buffer* buffer = make();
  buffer->bytes_ = bytes;
  return Ref<Buffer>::adopt(buffer);
}

Ref<Buffer> Buffer::allocated(int64_t bytes) {
  Ref<Buffer> buffer = pending(bytes);
  buffer->give_memory();
  buffer->state_.store(State::ready, std::memory_order_release);
  return buffer;
}

Ref<Buffer> Buffer::borrowed(void* memory, int64_t bytes, std::function<void()> on_release) {
  Ref<Buffer> buffer = pending(bytes);
  if (on_release) buffer->extra().on_release = std::move(on_release);
  buffer->data_ = static_cast<char*>(memory);
  buffer->state_.store(State::ready, std::memory_order_release);
  return buffer;
}

Buffer::~Buffer() {
  if (is_ours_) runtime::release(data_, capacity_);
  if (extra_) [[unlikely]] {
    if (extra_->on_release) extra_->on_release();
    delete extra_;
  }
}

Buffer::Extra& Buffer::extra() {
  if (!extra_) extra_ = new Extra;
  return *extra_;
}

bool Buffer::is_donatable() const { return is_ours_ && !is_exposed() && reference_count() == 1; }

void Buffer::give_memory() {
  LZ_ASSERT(!data_, "the buffer has memory");
  data_ = allocate(bytes_);
  capacity_ = bytes_;
  is_ours_ = true;
}

void Buffer::take_memory_of(Buffer& donor) {
  LZ_ASSERT(!data_ && donor.is_ours_ && donor.capacity_ >= bytes_,
            "a donor of {} bytes cannot serve {}", donor.capacity_, bytes_);
  data_ = std::exchange(donor.data_, nullptr);
  capacity_ = std::exchange(donor.capacity_, 0);
  is_ours_ = std::exchange(donor.is_ours_, false);
}

void Buffer::set_ready() { finish(State::ready); }

void Buffer::fail(std::shared_ptr<Fault> fault) {
  extra().fault = std::move(fault);
  finish(State::failed);
}

// The store of the state and the load of the waiters are ordered against the waiter's converse
// pair: either the waiter sees the state, or it is seen here and woken.
void Buffer::finish(State state) {
  state_.store(state, std::memory_order_seq_cst);
  if (waiters_.load(std::memory_order_seq_cst) != 0) state_.notify_all();
}

void Buffer::wait() const {
  if (state() != State::pending) return;
  metrics::count(metrics::Counter::reads_waiting);
  if (spin_until([this] { return state() != State::pending; }, kSpin)) return;
  waiters_.fetch_add(1, std::memory_order_seq_cst);
  while (state_.load(std::memory_order_seq_cst) == State::pending) {
    state_.wait(State::pending, std::memory_order_seq_cst);
  }
  waiters_.fetch_sub(1, std::memory_order_relaxed);
}

std::shared_ptr<Fault> Buffer::fault() const {
  return state() == State::failed ? extra_->fault : nullptr;
}

}  // namespace lazuli::runtime
