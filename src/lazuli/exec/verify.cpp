#include "lazuli/exec/verify.h"

#include <cstring>

#include "lazuli/base/check.h"
#include "lazuli/core/elements.h"

namespace lazuli::exec {
namespace {

void compare(const WrittenMemory& memory, const std::vector<char>& launched) {
  const int64_t size = size_of(memory.dtype);
  const int64_t place =
      first_difference(memory.dtype, memory.data, launched.data(), memory.bytes / size);
  LZ_ASSERT(place < 0, "a kernel and its reference differ at {} element {}", name_of(memory.dtype),
            place);
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
