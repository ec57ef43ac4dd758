// Executable memory shared by all programs: pages cut from regions of a mebibyte. A page is
// writable or executable, never both. Knows nothing of what the code does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace lazuli::jit {

// A copy of some machine code that may be executed. Its pages go back to the pool with it.
class CodeBlock {
 public:
  CodeBlock() = default;
  // Throws DeviceError when the system gives no memory, or none that may be executed.
  explicit CodeBlock(std::span<const uint8_t> code);
  CodeBlock(CodeBlock&& other) noexcept { swap(other); }
  CodeBlock& operator=(CodeBlock&& other) noexcept {
    swap(other);
    return *this;
  }
  ~CodeBlock();

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  // What the block takes from the pool.
  size_t capacity() const { return capacity_; }

 private:
  void swap(CodeBlock& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace lazuli::jit
