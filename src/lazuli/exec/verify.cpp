#include "lazuli/exec/verify.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "lazuli/base/check.h"

namespace lazuli::exec {
namespace {

bool equal_word(uint32_t a, uint32_t b, bool is_float) {
  return a == b ||
         (is_float && std::isnan(std::bit_cast<float>(a)) && std::isnan(std::bit_cast<float>(b)));
}

void compare(const WrittenMemory& memory, const std::vector<char>& launched) {
  int64_t at = 0;
  for (; at + 4 <= memory.bytes; at += 4) {
    uint32_t reference;
    uint32_t got;
    std::memcpy(&reference, memory.data + at, 4);
    std::memcpy(&got, launched.data() + at, 4);
    LZ_ASSERT(equal_word(got, reference, memory.is_float),
              "a kernel and its reference differ at byte {}: {:#x} and {:#x}", at, got, reference);
  }
  for (; at < memory.bytes; ++at) {
    LZ_ASSERT(memory.data[at] == launched[static_cast<size_t>(at)],
              "a kernel and its reference differ at byte {}", at);
  }
}

}  // namespace

void verify_against_reference(const std::vector<WrittenMemory>& written, FunctionRef<void()> launch,
                              FunctionRef<void()> reference) {
  std::vector<std::vector<char>> before;
  for (const WrittenMemory& memory : written) {
    before.emplace_back(memory.data, memory.data + memory.bytes);
  }
  launch();
  std::vector<std::vector<char>> launched;
  for (size_t i = 0; i < written.size(); ++i) {
    launched.emplace_back(written[i].data, written[i].data + written[i].bytes);
    std::memcpy(written[i].data, before[i].data(), before[i].size());
  }
  reference();
  for (size_t i = 0; i < written.size(); ++i) compare(written[i], launched[i]);
}

}  // namespace lazuli::exec
