// What all emitters of one function share: its stack frame, the general registers' roles and the
// constants that lie before the code.
#pragma once

#include <xbyak/xbyak.h>

#include <cstdint>
#include <cstring>

namespace lazuli::jit {

// Roles of general registers. rax, rsi and rdi are free for a few instructions; r11 to r15 and rbp
// (in Form::rows also r8 to r10, where kRow is not needed) hold pointers during a loop.
inline const Xbyak::Reg64 kArguments = Xbyak::util::rbx;
inline const Xbyak::Reg64 kColumn = Xbyak::util::rcx;  // the column of the vector at hand
inline const Xbyak::Reg64 kLimit = Xbyak::util::rdx;   // one past the last column of the loop
inline const Xbyak::Reg64 kScratch = Xbyak::util::r8;  // Form::columns: this task's scratch
inline const Xbyak::Reg64 kLane4 = Xbyak::util::r9;    // Form::columns: accumulators of a lane
inline const Xbyak::Reg64 kLane8 = Xbyak::util::r10;   // of an i64's lane
inline const Xbyak::Reg64 kRow = Xbyak::util::r10;     // Form::rows: places of the row at hand

// Places on the stack, relative to rsp, which is a multiple of 64, and those that each row of a
// group has, relative to kRow.
class Frame {
 public:
  int32_t take_vector(int bytes) {
    const int32_t offset = end_;
    end_ += (bytes + 63) / 64 * 64;
    return offset;
  }
  int32_t take_word() {
    if (words_ % 64 == 0) words_ = take_vector(64);
    words_ += 8;
    return words_ - 8;
  }
  int32_t take_row_vector(int bytes) {
    const int32_t offset = row_end_;
    row_end_ += (bytes + 63) / 64 * 64;
    return offset + kOfRow;
  }
  int32_t take_row_word() {
    if (row_words_ % 64 == 0) row_words_ = take_row_vector(64);
    row_words_ += 8;
    return row_words_ - 8;
  }
  int32_t bytes() const { return end_; }
  int32_t row_bytes() const { return row_end_; }
  Xbyak::RegExp at(int32_t offset) const {
    return offset < kOfRow ? Xbyak::util::rsp + offset : kRow + (offset - kOfRow);
  }

 private:
  static constexpr int32_t kOfRow = 1 << 30;
  int32_t end_ = 0;
  int32_t words_ = 0;
  int32_t row_end_ = 0;
  int32_t row_words_ = 0;
};

// Constants in memory before the code: of one element where an instruction set broadcasts memory
// operands, else of a whole vector.
class Constants {
 public:
  using Entry = const uint8_t*;
  // `begin` is where the entries go; `bytes` the size of each, 0 for that of its element.
  Constants(uint8_t* begin, uint8_t* end, int bytes) : next_(begin), end_(end), bytes_(bytes) {}
  Entry add(uint64_t bits, int size) {
    const int length = bytes_ == 0 ? size : bytes_;
    uint8_t* entry = reserve(length);
    for (int i = 0; i < length; i += size) std::memcpy(entry + i, &bits, size);
    return entry;
  }
  uint8_t* reserve(int length) {
    next_ += -reinterpret_cast<uintptr_t>(next_) % static_cast<uintptr_t>(length);
    uint8_t* entry = next_;
    if (end_ - next_ < length) throw Xbyak::Error(Xbyak::ERR_CODE_IS_TOO_BIG);
    next_ += length;
    return entry;
  }
  uint8_t* end() const { return next_; }

 private:
  uint8_t* next_;
  uint8_t* end_;
  int bytes_;
};

}  // namespace lazuli::jit
