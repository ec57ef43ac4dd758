#include "lazuli/kernel/kernel.h"

#include <algorithm>

namespace lazuli::kernel {
namespace {

// Appends the bytes of a number, the low one first.
template <typename T>
void append(std::string& key, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) key += static_cast<char>(value >> (8 * i));
}

// Small numbers, of which a kernel is made, in one byte.
void append_count(std::string& key, uint64_t value) {
  for (; value >= 0x80; value >>= 7) key += static_cast<char>(value | 0x80);
  key += static_cast<char>(value);
}

}  // namespace

bool Kernel::has_reduction() const {
  return std::any_of(code.begin(), code.end(), [](const Instruction& instruction) {
    return instruction.primitive == Primitive::reduce;
  });
}

int Kernel::loop_count() const {
  return static_cast<int>(std::count_if(
      blocks.begin(), blocks.end(), [](const Block& block) { return block.level == Level::loop; }));
}

// Every list starts with its length and every number has an end, so no two kernels share a key.
std::string key_of(const Kernel& kernel) {
  std::string key;
  key.reserve(16 + kernel.accesses.size() * 2 + kernel.code.size() * 8);
  append(key, static_cast<uint8_t>(static_cast<int>(kernel.form) | kernel.streaming << 1));
  append_count(key, kernel.accesses.size());
  for (const Access& access : kernel.accesses) {
    append(key, static_cast<uint8_t>(static_cast<int>(access.kind) | access.written << 1 |
                                     static_cast<int>(access.step) << 2 |
                                     static_cast<int>(access.dtype) << 4));
  }
  append_count(key, kernel.numbers.size());
  for (const Type type : kernel.numbers) append(key, static_cast<uint8_t>(type));
  append_count(key, kernel.blocks.size());
  for (const Block& block : kernel.blocks) {
    append(key, static_cast<uint8_t>(block.level));
    append_count(key, block.first);
    append_count(key, block.last);
  }
  append_count(key, kernel.code.size());
  for (const Instruction& instruction : kernel.code) {
    append(key, static_cast<uint8_t>(instruction.primitive));
    append(key, static_cast<uint8_t>(instruction.type));
    for (const ValueId operand : instruction.operands) {
      append_count(key, static_cast<uint32_t>(operand + 1));
    }
    append_count(key, instruction.index);
    if (instruction.primitive == Primitive::constant) {
      append(key, instruction.bits);
    } else {
      append_count(key, instruction.bits);
    }
  }
  return key;
}

}  // namespace lazuli::kernel
